import { credentials, makeGenericClientConstructor, type Client } from '@grpc/grpc-js';
import { timelineService, type postern } from '@postern/proto';

type Entry = postern.audit.v1.IEntry;
type Wanted = postern.audit.v1.ISearchRequest;

/** The collector's Timeline, as any program sees it. */
export interface Timeline {
  /** Every entry that matches, oldest first. */
  search(wanted?: Wanted): Promise<readonly Entry[]>;
  close(): void;
}

type Search = (
  request: Wanted,
  done: (error: Error | null, response?: postern.audit.v1.ISearchResponse) => void,
) => void;

/** @param address gRPC, host:port */
export const openTimeline = (address: string): Timeline => {
  const Timelines = makeGenericClientConstructor(timelineService, 'Timeline');
  const client = new Timelines(address, credentials.createInsecure()) as unknown as Client & {
    readonly search: Search;
  };
  const page = (request: Wanted): Promise<postern.audit.v1.ISearchResponse> =>
    new Promise((resolve, reject) => {
      client.search(request, (error, response) => {
        if (response === undefined) reject(error ?? new Error('no answer'));
        else resolve(response);
      });
    });
  return {
    search: async (wanted = {}) => {
      const found: Entry[] = [];
      for (let after = ''; ;) {
        const { entries, next } = await page({ ...wanted, limit: 1000, ascending: true, after });
        found.push(...(entries ?? []));
        if (next == null || next === '') return found;
        after = next;
      }
    },
    close: () => {
      client.close();
    },
  };
};
