import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { backend, bindValues, type Entry, frontend, header } from './message-table.testing.js';
import { ProtocolError } from './protocol-error.js';
import { backendType, frontendType } from './types.js';

test('the table has every message of both directions', () => {
  const types = (entries: readonly Entry[]): number[] =>
    [...new Set(entries.map(({ type }) => type))].sort((a, b) => a - b);
  // these three are constants and are never decoded
  const { sync: _sync, flush: _flush, terminate: _terminate, ...coded } = frontendType;
  expect(types(frontend)).toEqual(Object.values(coded).sort((a, b) => a - b));
  expect(types(backend)).toEqual(Object.values(backendType).sort((a, b) => a - b));
});

/** The message, or undefined where the body is refused; any other error passes through. */
function decoded(entry: Entry, body: Buffer): { message: unknown } | undefined {
  try {
    return { message: entry.decode(body) };
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause;
    if (cause.code !== 'malformed') throw cause;
    return undefined;
  }
}

describe.each([
  ...frontend.map((e) => ({ of: `frontend ${e.name}`, e })),
  ...backend.map((e) => ({ of: `backend ${e.name}`, e })),
  { of: bindValues.name, e: bindValues },
])('$of', ({ e }) => {
  const forEach = (check: (m: unknown, encoded: Buffer, body: Buffer) => void): void => {
    fc.assert(
      fc.property(e.messages, (m) => {
        const encoded = e.encode(m);
        check(m, encoded, encoded.subarray(header));
      }),
    );
  };

  test('has its type and its length in front', () => {
    forEach((_m, encoded) => {
      expect(encoded[0]).toBe(e.type);
      expect(encoded.readInt32BE(1)).toBe(encoded.length - 1);
    });
  });

  test('is read as it was written', () => {
    forEach((m, _encoded, body) => {
      expect(e.decode(body)).toEqual(m);
    });
  });

  test('is written as it was read', () => {
    forEach((_m, encoded, body) => {
      expect(e.encode(e.decode(body)).equals(encoded)).toBe(true);
    });
  });

  test('is refused when cut short', () => {
    forEach((_m, _encoded, body) => {
      for (let length = 0; length < body.length; length += 1) {
        const cut = body.subarray(0, length);
        const found = decoded(e, cut);
        if (found === undefined) continue;
        // nothing but what is there was read
        const again = e.end === 'rest' && e.encode(found.message).subarray(header).equals(cut);
        if (!again) expect(`${length} of ${body.length} bytes`).toBe('refused');
      }
    });
  });

  test('is refused when something follows', () => {
    if (e.end !== 'exact') return;
    forEach((_m, _encoded, body) => {
      for (const byte of [0, 1, 0x41, 0xff]) {
        expect(decoded(e, Buffer.concat([body, Buffer.from([byte])]))).toBeUndefined();
      }
    });
  });

  test('is read or refused when bytes of it are changed', () => {
    const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1 });
    fc.assert(
      fc.property(e.messages, flips, (m, changes) => {
        const body = Buffer.from(e.encode(m).subarray(header));
        for (const [at, bits] of changes) {
          const i = at % Math.max(body.length, 1);
          const byte = body[i];
          if (byte !== undefined) body[i] = byte ^ bits;
        }
        decoded(e, body);
      }),
    );
  });

  test('is read or refused when it is noise', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => {
        decoded(e, Buffer.from(noise));
      }),
    );
  });
});
