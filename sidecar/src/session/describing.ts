import type { Target } from '../wire/frontend/close.js';
import type { Format } from '../wire/fields.js';
import { frontendType } from '../wire/types.js';
import { Writer } from '../wire/writer.js';
import { Described, resultFormats } from './described.js';
import type { Execution } from './execution.js';
import type { Frame } from './frame.js';
import { type Portal, portalStatement, type Prepared } from './names.js';
import { owe, unheard } from './owed.js';
import type { Session } from './session.js';

/**
 * The formats that a Bind asks for, where they will be needed: the columns' types may be known from the statement.
 *
 * @param frame whole, or the first piece of one: then its end, with the formats, is not at hand
 */
export const formatsOf = (
  prepared: Prepared,
  values: Buffer,
  { fragment }: Frame,
): readonly Format[] | undefined =>
  fragment || prepared.verdict.statements[0]?.watch === undefined
    ? undefined
    : resultFormats(values);

/** Where the answer to a Describe of the client's is kept, if it will be needed. */
export function describedBy(session: Session, { of, name }: Target): Described | undefined {
  const { names, owed } = session;
  if (of === 'statement') {
    const prepared = names.statement(name);
    if (prepared === undefined || !isSteady(prepared)) return undefined;
    if (prepared.described?.knownIn(owed.cyclesBegun) === true) return undefined;
    return (prepared.described = new Described(owed.cyclesBegun));
  }
  const portal = names.portal(name);
  if (portal === undefined || portalStatement(portal)?.watch === undefined) return undefined;
  return describe(portal, owed.cyclesBegun);
}

/**
 * Has the columns of a portal's result known before its rows come: from a Describe of the client's, of this portal or
 * of the statement that it runs, or by one of our own, whose answer nobody else hears.
 */
export function beforeExecute(
  session: Session,
  name: string,
  portal: Portal,
  { watched, statement }: Execution,
): void {
  // A COPY says itself what its columns are.
  if (watched === undefined || statement.watch?.copy !== undefined || !statement.sendsRows) return;
  const { owed, toServer } = session;
  const cycle = owed.cyclesBegun;
  if (portal.described?.knownIn(cycle) === true) {
    watched.toldBy(portal.described);
    return;
  }
  const { prepared, formats } = portal;
  if (prepared?.described?.knownIn(cycle) === true && formats !== undefined && isSteady(prepared)) {
    watched.toldBy(prepared.described, formats);
    return;
  }
  const described = describe(portal, cycle);
  watched.toldBy(described);
  owed.push(owe('describe', { own: unheard, described }));
  const out = new Writer();
  out.message(frontendType.describe, (w) => w.uint8(0x50).name(name));
  toServer.write(out.finish());
}

/** A Describe of this portal is sent. */
function describe(portal: Portal, cycle: number): Described {
  const described = new Described(cycle);
  portal.described = described;
  const { prepared } = portal;
  if (
    prepared !== undefined &&
    portal.by === 'bind' &&
    isSteady(prepared) &&
    prepared.described?.knownIn(cycle) !== true
  )
    prepared.described = described;
  return described;
}

/** Has the statement the same columns whenever it runs? */
const isSteady = ({ by, verdict }: Prepared): boolean =>
  by === 'parse' && verdict.statements[0]?.watch?.steady === true;
