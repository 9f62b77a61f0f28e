import { fileURLToPath } from 'node:url';

/** Folder of the repository: the same three folders up from src and from dist. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));
