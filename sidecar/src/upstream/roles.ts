import { joinAddress } from '../address.js';
import type { Endpoint, TargetSessionAttrs } from '../control/assignment.js';

/** What a server said of itself at a log-in. */
export interface Role {
  /** in recovery */
  readonly standby: boolean;
  /** its sessions may write, unless they ask not to */
  readonly writable: boolean;
}

/** Is a server of this role one that will do? libpq, "target_session_attrs". */
export function suits(attrs: TargetSessionAttrs, role: Role): boolean {
  switch (attrs) {
    case 'any':
      return true;
    case 'read-write':
      return role.writable;
    case 'read-only':
      return !role.writable;
    case 'primary':
      return !role.standby;
    case 'standby':
    case 'prefer-standby':
      return role.standby;
    default:
      attrs satisfies never;
      return false;
  }
}

/**
 * What the endpoints were at the last log-in to each. Roles change (a failover), so what is known here
 * decides only which endpoint is tried first; each log-in tells anew.
 */
export class EndpointRoles {
  private readonly roles = new Map<string, Role>();

  remember(endpoint: Endpoint, role: Role): void {
    this.roles.set(keyOf(endpoint), role);
  }

  /** Those known to do first, then the unknown, then those known not to; otherwise as given. */
  order(endpoints: readonly Endpoint[], attrs: TargetSessionAttrs): readonly Endpoint[] {
    if (attrs === 'any' || endpoints.length < 2) return endpoints;
    const rank = (endpoint: Endpoint): number => {
      const role = this.roles.get(keyOf(endpoint));
      if (role === undefined) return 1;
      return suits(attrs, role) ? 0 : 2;
    };
    return endpoints
      .map((endpoint) => ({ endpoint, rank: rank(endpoint) }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ endpoint }) => endpoint);
  }
}

const keyOf = (endpoint: Endpoint): string => joinAddress(endpoint);
