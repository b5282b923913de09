export function fetchFromNpm(spec: string): string;
