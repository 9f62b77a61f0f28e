import type { Attack } from '../attack.js';
import { expressions } from './expressions.js';

export const allAttacks: readonly Attack[] = [...expressions];
