/** Messages that are none, or not what their type says. */
import { claiming, int16, int32 } from './conversation.js';
import { message, say } from './raw-client.js';
import type { WrongCase } from './wrong-case.js';

/** Types that only a server says, or nobody. */
const unknownTypes = ['123AGIKNRTVWZnstvq?'.split(/(?:)/u), '\0', '\x7f', '\xff'].flat();

const name = (text: string): Buffer => Buffer.from(`${text}\0`);

/** Bind of the unnamed portal and statement. */
const bind = (...rest: readonly Buffer[]): Buffer => message('B', '', '', ...rest);
const parse = (sql: string, ...types: readonly number[]): Buffer =>
  message('P', '', sql, int16(types.length), ...types.map(int32));
/** `x` as a parameter */
const x = Buffer.concat([int32(1), Buffer.from('x')]);

const three = parse('SELECT $1::text, $2::text, $3::text');
const one = parse('SELECT $1::text');

export const wrongTypes: readonly WrongCase[] = unknownTypes.map((type) => ({
  name: `type ${String(type.charCodeAt(0))}`,
  says: [claiming(type, 4)],
}));

const lengthsOf = ['Q', 'P', 'B', 'S', 'd', 'X'];

export const wrongLengths: readonly WrongCase[] = [
  ...lengthsOf.flatMap((type) =>
    [0, 1, 3, -1, -2_147_483_648].map((length) => ({
      name: `${type} of length ${String(length)}`,
      says: [claiming(type, length)],
    })),
  ),
  ...'SHXcfDECp'.split(/(?:)/u).map((type) => ({
    name: `${type} of 10,005 bytes`,
    says: [claiming(type, 10_005)],
    ...(type === 'p' ? { then: 'hangs up' as const } : {}),
  })),
  ...'QPBFd'.split(/(?:)/u).map((type) => ({
    name: `${type} of 2 GiB`,
    says: [claiming(type, 0x7fff_ffff)],
  })),
  { name: 'half a header', says: [Buffer.from('Q\0\0')], then: 'hangs up' },
  { name: 'half a body', says: [claiming('Q', 100, 'SELECT 1')], then: 'hangs up' },
];

export const wrongBodies: readonly WrongCase[] = [
  { name: 'Query without a body', says: [say.raw('Q')] },
  { name: 'Query without terminator', says: [say.raw('Q', 'SELECT 1')] },
  { name: 'Query with bytes behind the terminator', says: [say.raw('Q', 'SELECT 1\0SELECT 2')] },
  { name: 'Query with a second string', says: [say.raw('Q', 'SELECT 1\0SELECT 2\0')] },
  { name: 'Parse without a body', says: [say.raw('P')] },
  { name: 'Parse without the SQL', says: [message('P', 'x')] },
  { name: 'Parse without types', says: [message('P', '', 'SELECT 1')] },
  { name: 'Parse with too few types', says: [message('P', '', 'SELECT 1', int16(2), int32(23))] },
  { name: 'Parse with -1 types', says: [message('P', '', 'SELECT 1', int16(-1))] },
  { name: 'Parse with bytes behind', says: [message('P', '', 'SELECT 1', int16(0), 'more')] },
  { name: 'Parse with a type that is none', says: [parse('SELECT $1', 999_999)] },
  { name: 'Parse with more types than parameters', says: [parse('SELECT $1::int', 23, 23)] },
  { name: 'Bind without a body', says: [say.raw('B')] },
  { name: 'Bind without the statement', says: [message('B', 'p')] },
  { name: 'Bind without formats', says: [one, bind()] },
  { name: 'Bind without values', says: [one, bind(int16(0), int16(1))] },
  { name: 'Bind without result formats', says: [one, bind(int16(0), int16(1), x)] },
  {
    name: 'Bind with bytes behind',
    says: [one, bind(int16(0), int16(1), x, int16(0), name('more'))],
  },
  {
    name: 'Bind with no format for 3 parameters',
    says: [three, bind(int16(0), int16(3), x, x, x, int16(0)), say.execute()],
  },
  {
    name: 'Bind with 1 format for 3 parameters',
    says: [three, bind(int16(1), int16(0), int16(3), x, x, x, int16(0)), say.execute()],
  },
  {
    name: 'Bind with 2 formats for 3 parameters',
    says: [three, bind(int16(2), int16(0), int16(0), int16(3), x, x, x, int16(0)), say.execute()],
  },
  {
    name: 'Bind with 2 result formats for 1 column',
    says: [one, bind(int16(0), int16(1), x, int16(2), int16(0), int16(0)), say.execute()],
  },
  {
    name: 'Bind with format 7',
    says: [one, bind(int16(1), int16(7), int16(1), x, int16(0)), say.execute()],
  },
  {
    name: 'Bind with result format 7',
    says: [one, bind(int16(0), int16(1), x, int16(1), int16(7)), say.execute()],
  },
  { name: 'Bind with a value of length -2', says: [one, bind(int16(0), int16(1), int32(-2))] },
  {
    name: 'Bind with a value longer than the message',
    says: [one, bind(int16(0), int16(1), int32(100), Buffer.from('x'))],
  },
  { name: 'Bind to too few parameters', says: [one, bind(int16(0), int16(0), int16(0))] },
  { name: 'Bind to too many parameters', says: [one, bind(int16(0), int16(2), x, x, int16(0))] },
  {
    name: 'Bind with invalid UTF-8',
    says: [
      one,
      bind(int16(0), int16(1), int32(2), Buffer.from([0xc3, 0x28]), int16(0)),
      say.execute(),
    ],
  },
  {
    name: 'Bind with NUL in a text',
    says: [one, bind(int16(0), int16(1), int32(3), Buffer.from('a\0b'), int16(0)), say.execute()],
  },
  {
    name: 'Bind with a binary integer of 3 bytes',
    says: [
      parse('SELECT $1::int4'),
      bind(int16(1), int16(1), int16(1), int32(3), Buffer.from('abc'), int16(0)),
      say.execute(),
    ],
  },
  { name: 'Describe without a body', says: [say.raw('D')] },
  { name: "Describe of kind 'X'", says: [message('D', Buffer.from('X'), 'a')] },
  { name: 'Describe without terminator', says: [say.raw('D', 'Sabc')] },
  { name: 'Describe with bytes behind', says: [say.parse('SELECT 1'), say.raw('D', 'S\0more')] },
  { name: 'Close without a body', says: [say.raw('C')] },
  { name: "Close of kind 'X'", says: [message('C', Buffer.from('X'), 'a')] },
  { name: 'Close without terminator', says: [say.raw('C', 'Sabc')] },
  { name: 'Close with bytes behind', says: [say.raw('C', 'Sabc\0more')] },
  { name: 'Execute without a body', says: [say.raw('E')] },
  { name: 'Execute without the number of rows', says: [message('E', '')] },
  {
    name: 'Execute with bytes behind',
    says: [say.parse('SELECT 1'), say.bind(), message('E', '', 0, 'more')],
  },
  {
    name: 'Execute of -1 rows',
    says: [say.parse('SELECT 1'), say.bind(), say.execute('', -1)],
  },
  { name: 'Sync with a body', says: [say.raw('S', 'body')] },
  { name: 'Flush with a body', says: [say.raw('H', 'body')] },
  { name: 'Terminate with a body', says: [say.raw('X', 'body')] },
  { name: 'FunctionCall without a body', says: [say.raw('F')] },
  { name: 'FunctionCall with its function only', says: [message('F', 1397)] },
  {
    name: 'FunctionCall with a value of length -2',
    says: [message('F', 1397, int16(0), int16(1), int32(-2), int16(0))],
  },
  {
    name: 'FunctionCall with bytes behind',
    says: [message('F', 1397, int16(0), int16(1), x, int16(0), 'more')],
  },
  {
    name: 'FunctionCall with too many formats',
    says: [message('F', 1397, int16(2), int16(0), int16(0), int16(1), x, int16(0))],
  },
  {
    name: 'FunctionCall with too many arguments',
    says: [message('F', 1397, int16(0), int16(2), x, x, int16(0))],
  },
  {
    name: 'FunctionCall with format 7',
    says: [message('F', 1397, int16(1), int16(7), int16(1), x, int16(0))],
  },
  {
    name: 'an error in the body, then everything up to Sync',
    says: [
      say.parse('SELECT 1'),
      message('D', Buffer.from('X'), 'a'),
      say.execute(),
      say.query('SELECT 2'),
      say.sync(),
      say.query('SELECT 3'),
    ],
  },
];
