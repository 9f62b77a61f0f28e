import { backendType } from '../types.js';
import { bodyless, type Bodyless } from '../fields.js';

/** Messages without a body. Protocol 3.0, "Message Formats". */
export type ParseComplete = Bodyless<'ParseComplete'>;
export const ParseComplete = bodyless('ParseComplete', backendType.parseComplete);

export type BindComplete = Bodyless<'BindComplete'>;
export const BindComplete = bodyless('BindComplete', backendType.bindComplete);

export type CloseComplete = Bodyless<'CloseComplete'>;
export const CloseComplete = bodyless('CloseComplete', backendType.closeComplete);

/** In place of RowDescription, for what returns no rows. */
export type NoData = Bodyless<'NoData'>;
export const NoData = bodyless('NoData', backendType.noData);

/** In place of CommandComplete, for an empty query string. */
export type EmptyQueryResponse = Bodyless<'EmptyQueryResponse'>;
export const EmptyQueryResponse = bodyless('EmptyQueryResponse', backendType.emptyQueryResponse);

/** In place of CommandComplete, when Execute met its row limit. */
export type PortalSuspended = Bodyless<'PortalSuspended'>;
export const PortalSuspended = bodyless('PortalSuspended', backendType.portalSuspended);

/** The end of the data copied out. */
export type CopyDone = Bodyless<'CopyDone'>;
export const CopyDone = bodyless('CopyDone', backendType.copyDone);
