import type { ForwardVerdict, GovernedStatement } from '../enforcement/verdict.js';
import type { Context } from '../enforcement/context.js';
import type { Format } from '../wire/fields.js';
import type { Described } from './described.js';
import type { RowCount } from './execution.js';

/** A prepared statement, made by Parse or by SQL PREPARE: the two share one name space. */
export interface Prepared {
  readonly name: string;
  /** how it was made; a statement made by SQL can only be made again by SQL */
  readonly by: 'parse' | 'sql';
  /** in which cycle, counted by ReadyForQuery, a Parse made it */
  readonly cycle?: number;
  /** the client's text: of the statement, or of the whole PREPARE */
  readonly sql: string;
  readonly parameterTypes: Buffer;
  /** What it was last decided to, and under what. Renewed when policy or schema change. */
  verdict: ForwardVerdict;
  context: Context;
  /** the columns of its result; for a statement whose result is watched */
  described?: Described | undefined;
  /** what governed when a cursor was declared */
  readonly under?: object;
}

/** A portal, made by Bind or by DECLARE CURSOR: one name space too. */
export interface Portal {
  readonly by: 'bind' | 'declare';
  /** in which cycle, counted by ReadyForQuery, it was made */
  readonly cycle: number;
  readonly prepared: Prepared | undefined;
  readonly count: RowCount;
  /** in which its values are sent, as its Bind says; undefined: not known here */
  readonly formats?: readonly Format[] | undefined;
  /** as that of `Prepared`, of this portal alone */
  described?: Described | undefined;
}

/** Which statement a portal runs; undefined for an empty query. */
export function portalStatement({ by, prepared }: Portal): GovernedStatement | undefined {
  const statement = prepared?.verdict.statements[0];
  if (by === 'bind' || statement === undefined) return statement;
  // To run a cursor's portal is not to declare it again.
  return {
    ...statement,
    sendsRows: true,
    effects: statement.effects.filter(({ kind }) => kind !== 'declare'),
  };
}

/** NAMEDATALEN - 1: the server compares no more of a name, bytes. */
const compared = 63;

/** A name of SQL text as the wire has it: its bytes, one a character. */
export const wireName = (name: string): string => Buffer.from(name, 'utf8').toString('latin1');

const keyOf = (name: string): string => (name.length <= compared ? name : name.slice(0, compared));

/**
 * The names a session has given, as the server knows them. Protocol 3.0, "Extended Query".
 * All are given as bytes, one a character.
 */
export class Names {
  private readonly statements = new Map<string, Prepared>();
  private readonly portals = new Map<string, Portal>();
  private held = 0;
  /** The unnamed portal, which nearly every statement uses. */
  private unnamed: Portal | undefined;

  /** What they take here, roughly, bytes. */
  get bytes(): number {
    return this.held + this.portals.size * 256;
  }

  statement(name: string): Prepared | undefined {
    return this.statements.get(keyOf(name));
  }

  portal(name: string): Portal | undefined {
    return name === '' ? this.unnamed : this.portals.get(keyOf(name));
  }

  /** @returns what takes it back */
  addStatement(prepared: Prepared): () => void {
    return this.replaceStatement(keyOf(prepared.name), prepared);
  }

  /** @returns what takes it back */
  addPortal(name: string, portal: Portal): () => void {
    if (name !== '') return replace(this.portals, keyOf(name), portal);
    const before = this.unnamed;
    this.unnamed = portal;
    return () => {
      if (this.unnamed === portal) this.unnamed = before;
    };
  }

  /** @returns what takes it back */
  closeStatement(name: string): () => void {
    return this.replaceStatement(keyOf(name), undefined);
  }

  /** @returns what takes it back */
  closePortal(name: string): () => void {
    if (name !== '') return replace(this.portals, keyOf(name), undefined);
    const before = this.unnamed;
    this.unnamed = undefined;
    return () => {
      this.unnamed ??= before;
    };
  }

  private replaceStatement(name: string, value: Prepared | undefined): () => void {
    const before = this.statements.get(name);
    this.setStatement(name, value);
    return () => {
      // What came later under that name stands or falls by itself.
      if (this.statements.get(name) === value) this.setStatement(name, before);
    };
  }

  private setStatement(name: string, value: Prepared | undefined): void {
    this.held += sizeOf(value) - sizeOf(this.statements.get(name));
    if (value === undefined) this.statements.delete(name);
    else this.statements.set(name, value);
  }

  deallocateAll(): void {
    this.statements.clear();
    this.held = 0;
  }

  /**
   * Portals made by Bind end with their transaction; cursors may be WITH HOLD. Those of cycles that the
   * client has begun already, without waiting for this one's end, stay.
   */
  transactionEnded(cycle: number): void {
    if (this.unnamed !== undefined && this.unnamed.cycle <= cycle) this.unnamed = undefined;
    if (this.portals.size === 0) return;
    for (const [name, portal] of this.portals) {
      if (portal.by === 'bind' && portal.cycle <= cycle) this.portals.delete(name);
    }
  }

  discardAll(): void {
    this.deallocateAll();
    this.portals.clear();
    this.unnamed = undefined;
  }
}

const sizeOf = (prepared: Prepared | undefined): number =>
  prepared === undefined
    ? 0
    : 512 + 2 * (prepared.name.length + prepared.sql.length) + prepared.parameterTypes.length;

function replace<T>(map: Map<string, T>, name: string, value: T | undefined): () => void {
  const before = map.get(name);
  if (value === undefined) map.delete(name);
  else map.set(name, value);
  return () => {
    if (map.get(name) !== value) return;
    if (before === undefined) map.delete(name);
    else map.set(name, before);
  };
}
