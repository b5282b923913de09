export function findFaults(): { beyond: string[]; narrow: string[]; tiny: string[]; charts: number };
export function readFigures(): { tiles: string[]; tables: Record<string, string[][]> };
export function readBackground(): string;
