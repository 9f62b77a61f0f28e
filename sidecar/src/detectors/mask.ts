import { isDigit, isLetter, type Text } from './bytes.js';
import { maskEmail } from './email.js';
import { maskIban } from './iban.js';
import { maskIp } from './ip.js';
import { maskJwt } from './jwt.js';
import { detectorIds, type DetectorId, type Kind } from './kinds.js';
import { maskPrivateKey } from './pem.js';
import { maskPhone } from './phone.js';
import { maskToken } from './tokens.js';

/**
 * Writes over what was found, in place. A mask never changes the length in bytes, so nothing around it has to be moved
 * or counted anew, and it leaves nothing that is found again. No mask writes a character that JSON, CSV or COPY would
 * have to escape, and a number stays a number without a leading zero.
 */
type MaskInPlace = (t: Text, from: number, to: number) => void;

/** Digits of a card that stay: the last four, PCI DSS 3.4. */
const shown = 4;

/** Digits become 1 but for the last four. Issuer and check digit are not kept: it is no valid card. */
function maskCard(t: Text, from: number, to: number): void {
  let left = 0;
  for (let i = from; i < to; i += 1) left += Number(isDigit(t.at(i)));
  for (let i = from; i < to && left > shown; i += 1) {
    if (!isDigit(t.at(i))) continue;
    t.bytes[i] = 0x31;
    left -= 1;
  }
}

/** Digits become 1, letters X. */
function maskNationalId(t: Text, from: number, to: number): void {
  for (let i = from; i < to; i += 1) {
    const c = t.at(i);
    if (isDigit(c)) t.bytes[i] = 0x31;
    else if (isLetter(c)) t.bytes[i] = 0x58;
  }
}

const masks: { readonly [K in DetectorId]: MaskInPlace } = {
  'pii.email': (t, from) => maskEmail(t.bytes, from),
  'pii.phone': (t, from, to) => maskPhone(t.bytes, from, to),
  'pii.card': maskCard,
  'pii.iban': (t, from, to) => maskIban(t.bytes, from, to),
  'pii.national-id': maskNationalId,
  'pii.ip': (t, from, to) => maskIp(t.bytes, from, to),
  'secret.token': maskToken,
  'secret.jwt': (t, from, to) => maskJwt(t.bytes, from, to),
  'secret.private-key': maskPrivateKey,
};

/** @param t over bytes that may be written to */
export function maskFound(t: Text, what: Kind, from: number, to: number): void {
  masks[detectorIds[what]](t, from, to);
}
