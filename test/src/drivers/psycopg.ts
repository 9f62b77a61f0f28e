import { pythonDriver } from './python.js';

export const psycopg = pythonDriver('psycopg', 'psycopg_session.py');
