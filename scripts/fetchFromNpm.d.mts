export function fetchProgram(spec: string, program: string): string;
