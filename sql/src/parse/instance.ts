import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { ParseResult } from '@pgsql/types';

/** What PostgreSQL's parser said of a text it does not accept. */
export class ParserError extends Error {
  /** characters before the place, when one is known */
  readonly position: number | undefined;

  constructor(message: string, position?: number) {
    super(message);
    this.name = 'ParserError';
    this.position = position;
  }
}

/** The part of the Emscripten module of libpg-query that is used here. */
interface Module {
  readonly HEAPU8: Uint8Array;
  readonly lengthBytesUTF8: (text: string) => number;
  readonly stringToUTF8: (text: string, pointer: number, length: number) => void;
  readonly UTF8ToString: (pointer: number) => string;
  readonly getValue: (pointer: number, type: 'i32') => number;
  readonly _malloc: (length: number) => number;
  readonly _free: (pointer: number) => void;
  readonly _wasm_parse_query_raw: (text: number) => number;
  readonly _wasm_free_parse_result: (result: number) => void;
  readonly _wasm_normalize_query: (text: number) => number;
  readonly _wasm_fingerprint: (text: number) => number;
  readonly _wasm_free_string: (text: number) => void;
}

interface Compiled {
  readonly compiled: never;
}

interface Instance {
  readonly exports: object;
}

/** Node's own; its types leave it to those of the browser. */
declare const WebAssembly: {
  compile(bytes: Uint8Array): Promise<Compiled>;
  readonly Instance: new (module: Compiled, imports: object) => Instance;
};

type Factory = (options: {
  readonly instantiateWasm: (
    imports: object,
    receive: (instance: Instance, module: Compiled) => void,
  ) => object;
  readonly printErr: (text: string) => void;
}) => Promise<Module>;

/** One statement can break two: its parse, and its normal form. */
const spareCount = 2;

/** An instance whose memory has grown by more than this is replaced: Wasm memory never shrinks, bytes. */
const keptGrowth = 64 * 1024 * 1024;

/**
 * PostgreSQL's parser as Wasm. A text nested so deeply that the stack ends throws out of the middle of
 * it: what it held then is never freed, and its own stack is off. Such an instance is not used again;
 * a spare takes its place at once, and another is made.
 */
export class ParserInstance {
  private readonly compiled: Compiled;
  private readonly factory: Factory;
  /** size of an instance's memory when it is new, bytes */
  private readonly initial: number;
  private current: Module;
  private spares: Module[] = [];
  private preparing: Promise<void> | undefined;

  private constructor(compiled: Compiled, factory: Factory, current: Module) {
    this.compiled = compiled;
    this.factory = factory;
    this.current = current;
    this.initial = current.HEAPU8.length;
  }

  static async load(): Promise<ParserInstance> {
    const require = createRequire(import.meta.url);
    const glue: unknown = require('libpg-query/wasm/libpg-query.js');
    if (typeof glue !== 'function') throw new TypeError('libpg-query is not as expected');
    const factory = glue as Factory;
    const wasm = await readFile(require.resolve('libpg-query/wasm/libpg-query.wasm'));
    const compiled = await WebAssembly.compile(wasm);
    const loaded = new ParserInstance(compiled, factory, await instantiate(compiled, factory));
    await loaded.prepareSpares();
    return loaded;
  }

  /** @throws ParserError, or RangeError when the text is nested too deeply */
  parse(text: string): ParseResult {
    return this.run((m) =>
      withText(m, text, (pointer) => {
        const result = m._wasm_parse_query_raw(pointer);
        if (result === 0) throw new ParserError('out of memory');
        try {
          // PgQueryParseResult: tree, standard error, error
          const error = m.getValue(result + 8, 'i32');
          if (error !== 0) throw errorAt(m, error);
          return JSON.parse(m.UTF8ToString(m.getValue(result, 'i32'))) as ParseResult;
        } finally {
          m._wasm_free_parse_result(result);
        }
      }),
    );
  }

  /** @throws ParserError, or RangeError when the text is nested too deeply */
  normalise(text: string): string {
    return this.run((m) =>
      withText(m, text, (pointer) => textOf(m, m._wasm_normalize_query(pointer))),
    );
  }

  /** @throws ParserError, or RangeError when the text is nested too deeply */
  fingerprint(text: string): string {
    return this.run((m) => withText(m, text, (pointer) => textOf(m, m._wasm_fingerprint(pointer))));
  }

  private run<T>(use: (module: Module) => T): T {
    const module = this.current;
    try {
      return use(module);
    } catch (cause) {
      if (!(cause instanceof ParserError) || isExhausted(cause)) {
        // Several broken before the event loop turned: what comes next waits no longer than that.
        this.current = this.spares.pop() ?? refusing(module);
        void this.prepareSpares();
      }
      throw cause;
    } finally {
      if (module === this.current && module.HEAPU8.length > this.initial + keptGrowth) {
        this.current = this.spares.pop() ?? module;
        void this.prepareSpares();
      }
    }
  }

  /** Fails only for want of memory; what comes next then tries again. */
  private async prepareSpares(): Promise<void> {
    this.preparing ??= (async () => {
      while (this.spares.length < spareCount) {
        const spare = await instantiate(this.compiled, this.factory);
        if (refusals.has(this.current)) this.current = spare;
        else this.spares.push(spare);
      }
    })()
      .catch(() => undefined)
      .finally(() => {
        this.preparing = undefined;
      });
    return this.preparing;
  }
}

const instantiate = (compiled: Compiled, factory: Factory): Promise<Module> =>
  factory({
    instantiateWasm: (imports, receive) => {
      const instance = new WebAssembly.Instance(compiled, imports);
      receive(instance, compiled);
      return instance.exports;
    },
    // Its account of memory when that runs out; the error says enough.
    printErr: () => undefined,
  });

const withText = <T>(m: Module, text: string, use: (pointer: number) => T): T => {
  const length = m.lengthBytesUTF8(text) + 1;
  const pointer = m._malloc(length);
  if (pointer === 0) throw new ParserError('out of memory');
  try {
    m.stringToUTF8(text, pointer, length);
    return use(pointer);
  } finally {
    m._free(pointer);
  }
};

/** These functions answer with an error in the place of the text. */
const textOf = (m: Module, pointer: number): string => {
  const text = m.UTF8ToString(pointer);
  m._wasm_free_string(pointer);
  if (/^(?:syntax error|deparse error|ERROR|out of memory)/.test(text)) throw new ParserError(text);
  return text;
};

/** PgQueryError: message, function, file, line, position (from 1; 0: none) */
const errorAt = (m: Module, error: number): ParserError => {
  const position = m.getValue(error + 16, 'i32');
  const message = m.getValue(error, 'i32');
  return new ParserError(
    message === 0 ? 'unknown error' : m.UTF8ToString(message),
    position > 0 ? position - 1 : 0,
  );
};

const isExhausted = ({ message }: ParserError): boolean => /out of memory|exhausted/i.test(message);

const refusals = new WeakSet<Module>();

/** In the place of a broken instance while there is no other. */
const refusing = (broken: Module): Module => {
  const stopped: Module = {
    ...broken,
    HEAPU8: new Uint8Array(),
    _malloc: () => {
      throw new ParserError('the parser is being restarted');
    },
  };
  refusals.add(stopped);
  return stopped;
};
