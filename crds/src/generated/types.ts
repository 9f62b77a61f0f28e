// Generated from crds/*.yaml by scripts/generate.mjs. Do not edit.

import type { ObjectMeta } from '../meta.js';

/**
 * A statement that waits for a decision. Made by the operator; its spec never changes; it is
 * decided in its status.
 */
export interface AccessRequest {
  readonly apiVersion: 'postern.dev/v1alpha1';
  readonly kind: 'AccessRequest';
  readonly metadata: ObjectMeta;
  readonly spec: AccessRequestSpec;
  readonly status?: AccessRequestStatus;
}

/** Who asks for what, where and why. */
export interface AccessRequestSpec {
  /** The verified identity. */
  readonly requester: {
    /** A workload or a person. */
    readonly kind: 'ServiceAccount' | 'User';
    /** Who verified it. */
    readonly issuer?: string;
    /** The verified name, e.g. system:serviceaccount:ml:trainer. */
    readonly subject: string;
    /** Verified groups. */
    readonly groups?: readonly string[];
    /** Name of the pod. */
    readonly pod?: string;
  };
  /** What is to be run. */
  readonly statement: {
    /** Command tag, e.g. DROP TABLE. */
    readonly command: string;
    /** The statement with its literals taken out. */
    readonly normalisedSql: string;
    /** Fingerprint of the statement; a grant is for this one only. */
    readonly fingerprint: string;
    /** What it does to which objects. */
    readonly effects?: readonly {
      /** E.g. select or ddl. */
      readonly action: string;
      /** schema.name */
      readonly object?: string;
    }[];
    /** The server's estimate of the rows concerned. */
    readonly expectedRows?: number;
  };
  /** Where, a Database of this namespace. */
  readonly databaseRef: {
    /** Name of the Database. */
    readonly name: string;
    /** The server's own database. */
    readonly databaseName?: string;
  };
  /** What asks for the approval. */
  readonly policy: {
    /** Namespace of the policy. */
    readonly namespace?: string;
    /** Name of the policy. */
    readonly name: string;
    /** Name of its rule. */
    readonly rule: string;
  };
  /** Who may decide. */
  readonly approvers?: {
    /** Groups. */
    readonly groups?: readonly string[];
    /** Users. */
    readonly users?: readonly string[];
  };
  /** What an approval is good for. */
  readonly grant?: 'once' | 'session' | 'window';
  /** Why, in the words of the one who asks. */
  readonly purpose?: string;
  /** How long the request and what it grants stand, e.g. 1h. */
  readonly expiresAfter?: string;
}

/** The decision. */
export interface AccessRequestStatus {
  /** Where the request stands. */
  readonly phase?: 'Pending' | 'Approved' | 'Denied' | 'Expired';
  /** Who decided and why. */
  readonly decision?: {
    /** The approver as the API server knows them. */
    readonly by: string;
    /** When. */
    readonly at?: string;
    /** Why. */
    readonly reason?: string;
  };
  /** When the request or the grant ends. */
  readonly expiresAt?: string;
  /** Decided. */
  readonly conditions?: readonly {
    /** Which aspect. */
    readonly type: string;
    /** Whether it holds. */
    readonly status: 'True' | 'False' | 'Unknown';
    /** The generation that was looked at. */
    readonly observedGeneration?: number;
    /** When the status last changed. */
    readonly lastTransitionTime: string;
    /** Why, one word for programs. */
    readonly reason: string;
    /** Why, for people. */
    readonly message: string;
  }[];
}

/**
 * Who may do what with which data of the Databases of this namespace. All policies that
 * select a session are evaluated together: Deny beats RequireApproval beats Allow, the
 * strictest mask, every row filter and the smallest limit win.
 */
export interface DatabaseAccessPolicy {
  readonly apiVersion: 'postern.dev/v1alpha1';
  readonly kind: 'DatabaseAccessPolicy';
  readonly metadata: ObjectMeta;
  readonly spec: DatabaseAccessPolicySpec;
  readonly status?: DatabaseAccessPolicyStatus;
}

/** The rules and whom they are about. */
export interface DatabaseAccessPolicySpec {
  /** Enforce acts on the decision; Audit decides and records, and changes nothing. */
  readonly enforcement?: 'Enforce' | 'Audit';
  /** Which Databases of this namespace. All given fields must match; absent means all of them. */
  readonly databases?: {
    /** Labels the Database must have. */
    readonly matchLabels?: Readonly<Record<string, string>>;
    /** Names of Databases. */
    readonly names?: readonly string[];
  };
  /** Whom it is about. All given fields must match, in each any entry. Absent means everybody. */
  readonly subjects?: {
    /** Pods, known by their ServiceAccount. */
    readonly workloads?: readonly {
      /** Namespace of the ServiceAccount; '*' means any. Absent means the policy's own. */
      readonly namespace?: string;
      /** Name of the ServiceAccount; '*' or absent means any. */
      readonly serviceAccount?: string;
      /** Labels the pod must have. */
      readonly podLabels?: Readonly<Record<string, string>>;
    }[];
    /** Groups from the verified token of the identity provider. */
    readonly groups?: readonly string[];
    /** People, by the name or the subject of their verified token. */
    readonly users?: readonly string[];
    /** What the session says it is for. Claimed by the client, not verified. */
    readonly purposes?: readonly string[];
  };
  /**
   * What happens to an access that no rule allows. The strictest of the selected policies
   * counts.
   */
  readonly defaultAction?: 'Allow' | 'Deny' | 'RequireApproval';
  /** The rules; their order does not matter. */
  readonly rules?: readonly {
    /** Shown in refusals, approvals and the record. */
    readonly name: string;
    /**
     * What is done. write is all of insert, update, delete, merge and truncate; any is
     * everything; copy-in and copy-out come besides the insert or select that they imply.
     * function-call is the protocol's FunctionCall message (libpq's large objects), which only a
     * rule that names it allows; it comes besides execute, and any does not include it.
     * replication is a replication connection, which carries everything unmasked and is not
     * looked into; any does not include it either.
     */
    readonly actions: readonly ('select' | 'insert' | 'update' | 'delete' | 'merge' | 'truncate' | 'write' | 'copy-in' | 'copy-out' | 'ddl' | 'privilege' | 'config' | 'execute' | 'function-call' | 'replication' | 'any')[];
    /**
     * Relations, schema.table as SQL writes them; * stands for any name in its place, pg_temp for
     * the session's temporary schema. *.* leaves out pg_catalog and information_schema. Absent
     * means everything.
     */
    readonly tables?: readonly string[];
    /**
     * For the actions execute and function-call: functions and procedures, schema.name, written
     * as in tables. Absent: those that tables names.
     */
    readonly functions?: readonly string[];
    /**
     * Only these commands, as PostgreSQL's command tags or their first words, e.g. DROP or ALTER
     * TABLE.
     */
    readonly commands?: readonly string[];
    /** When true, only an UPDATE or DELETE without a WHERE that looks at a row. */
    readonly unfiltered?: boolean;
    /** When the rule holds, by the clock of a time zone. Exactly one of inside and outside. */
    readonly schedule?: {
      /** IANA name, e.g. Europe/Berlin or UTC. */
      readonly timezone: string;
      /** The rule holds between these times, HH:MM-HH:MM; 22:00-06:00 goes over midnight. */
      readonly inside?: string;
      /** The rule holds except between these times, HH:MM-HH:MM. */
      readonly outside?: string;
      /**
       * Days on which the times begin; on other days an inside never and an outside always holds.
       * Absent means all.
       */
      readonly days?: readonly ('Mon' | 'Tue' | 'Wed' | 'Thu' | 'Fri' | 'Sat' | 'Sun')[];
    };
    /** Deny beats RequireApproval beats Allow. */
    readonly effect: 'Allow' | 'Deny' | 'RequireApproval';
    /** What the client is told instead of the standard message. */
    readonly message?: string;
    /** Columns shown in another form to those the rule lets in. */
    readonly masks?: readonly {
      /** Dotted tags; a * at the end matches the rest of a tag. */
      readonly tags?: readonly string[];
      /** schema.table.column, written as in tables. */
      readonly columns?: readonly string[];
      /** What is shown instead; exactly one kind. */
      readonly mask: {
        /** NULL. */
        readonly null?: object;
        /** A fixed text, or zero for a number. */
        readonly redact?: object;
        /** A keyed hash, the same for the same value everywhere, so that joins work. */
        readonly hash?: object;
        /** A UUID made from the keyed hash. */
        readonly uuid?: object;
        /** The first letter and the domain of an e-mail address. */
        readonly email?: object;
        /** Some characters at the ends, the rest as stars. */
        readonly partial?: {
          /** Characters kept at the beginning. */
          readonly first?: number;
          /** Characters kept at the end. */
          readonly last?: number;
        };
        /** A date's year. */
        readonly year?: object;
        /** A date's year and month. */
        readonly month?: object;
        /** The lower end of the bucket a number falls into. */
        readonly bucket?: {
          /** Width of a bucket. */
          readonly size: number;
        };
        /** A number rounded. */
        readonly round?: {
          /** Digits kept after the point; negative ones round before it. */
          readonly digits: number;
        };
        /** A JSON document with some parts taken out. */
        readonly json?: {
          /** Parts that are masked, keys joined by dots. */
          readonly paths: readonly string[];
        };
        /** The value itself; gives way to any other mask. */
        readonly none?: object;
      };
      /**
       * What predicates see: masked values; or with allow, where the column is compared by = or IN
       * with constants or parameters, the values as they are. Whoever may compare can find a value
       * by trying.
       */
      readonly predicates?: 'masked' | 'allow';
    }[];
    /**
     * A condition in SQL over the relation's columns; only rows for which it holds exist for
     * those the rule lets in. session.region, session.purpose and the like stand for attributes
     * of the session.
     */
    readonly rowFilter?: string;
    /** What one statement may take at most. */
    readonly limits?: {
      /** Rows of a result; more cut it off with an error. */
      readonly maxRows?: number;
      /** Bytes of a result; more cut it off with an error. */
      readonly maxBytes?: number;
      /**
       * Rows of a bulk export: of COPY table TO, or of a SELECT that reads a table without a
       * condition; more cut it off with an error.
       */
      readonly maxExportRows?: number;
      /**
       * Rows that a statement may insert, update and delete together, those of triggers, cascades
       * and functions included; with more it is undone and fails.
       */
      readonly maxAffectedRows?: number;
      /** How long a statement may run, e.g. 30s or 5m. */
      readonly statementTimeout?: string;
    };
    /** How approvals are asked for; with effect RequireApproval. */
    readonly approval?: {
      /** Who may decide; any of them. Never the one who asks. */
      readonly approvers?: {
        /** Groups. */
        readonly groups?: readonly string[];
        /** Users. */
        readonly users?: readonly string[];
      };
      /** How long a request and what it grants stand, e.g. 1h. */
      readonly expiresAfter?: string;
      /** How long the statement waits for the decision before it is refused, e.g. 5m. */
      readonly wait?: string;
      /** What an approval is good for, one run, the rest of the session, or until it expires. */
      readonly grant?: 'once' | 'session' | 'window';
    };
  }[];
  /** Data that must not be read from outside some regions. */
  readonly residency?: {
    /** Tags of the data; a * at the end matches the rest of a tag. */
    readonly tags: readonly string[];
    /** Verified regions of the workload; a * at the end matches the rest. */
    readonly allowedRegions: readonly string[];
    /**
     * What happens when a process that has read such data writes to a database outside these
     * regions.
     */
    readonly flow?: 'Allow' | 'Deny' | 'RequireApproval';
  };
  /** How the record is kept for the sessions of this policy. */
  readonly audit?: {
    /** strict forwards a statement only once its event is on disk; relaxed lets the two overlap. */
    readonly mode?: 'strict' | 'relaxed';
    /**
     * When there is no room for events, Refuse refuses statements, Gap goes on and records the
     * gap.
     */
    readonly whenFull?: 'Refuse' | 'Gap';
  };
  /**
   * Rules in Rego v1, without package. deny contains msg and require_approval contains msg
   * refuse or hold, masks contains {"column": "schema.table.column", "mask": {...}} masks. They
   * can add, never allow.
   */
  readonly rego?: string;
}

/** What became of the policy. Written by the operator. */
export interface DatabaseAccessPolicyStatus {
  /** The generation of the spec that this status is about. */
  readonly observedGeneration?: number;
  /** Digest of the bundle that holds it. */
  readonly bundleDigest?: string;
  /** How many of the proxies it concerns have it in force, e.g. 12/12. */
  readonly enforced?: string;
  /** Accepted, Compiled, Enforced. */
  readonly conditions?: readonly {
    /** Which aspect. */
    readonly type: string;
    /** Whether it holds. */
    readonly status: 'True' | 'False' | 'Unknown';
    /** The generation that was looked at. */
    readonly observedGeneration?: number;
    /** When the status last changed. */
    readonly lastTransitionTime: string;
    /** Why, one word for programs. */
    readonly reason: string;
    /** Why, for people. */
    readonly message: string;
  }[];
}

/**
 * A database that Postern stands in front of: where it is, how to reach it, and which of its
 * columns hold what kind of data. Policies select Databases of their own namespace by label.
 */
export interface Database {
  readonly apiVersion: 'postern.dev/v1alpha1';
  readonly kind: 'Database';
  readonly metadata: ObjectMeta;
  readonly spec: DatabaseSpec;
  readonly status?: DatabaseStatus;
}

/** What the database is and how it is reached. */
export interface DatabaseSpec {
  /** The database system. Cannot be changed. */
  readonly engine: 'postgresql';
  /** Where the server listens; tried in order. */
  readonly endpoints: readonly {
    /**
     * DNS name or IP address, without a port; or the absolute path of the folder that holds the
     * server's unix socket.
     */
    readonly host: string;
    /** TCP port. */
    readonly port?: number;
  }[];
  /**
   * Which of the endpoints will do, as libpq's target_session_attrs. What a server is, is known
   * only after a log-in: a client whose password went to a server that will not do is refused,
   * and its next connection goes to another.
   */
  readonly targetSessionAttrs?: 'any' | 'read-write' | 'read-only' | 'primary' | 'standby' | 'prefer-standby';
  /** Databases of the server that may be entered. Empty or absent means any. */
  readonly databaseNames?: readonly string[];
  /** What it is used for, e.g. production or staging. Rules in Rego can read it. */
  readonly environment?: string;
  /** Where the data lies, in the words of the cloud or of the house, e.g. eu-central-1. */
  readonly region?: string;
  /** How the connection to the server is protected. Absent means mode prefer. */
  readonly tls?: {
    /**
     * As PostgreSQL's sslmode. verify-full checks the certificate and the host name, verify-ca
     * the certificate alone.
     */
    readonly mode?: 'disable' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';
    /** A Secret of this namespace with the certificates to trust, PEM. Absent means the system's. */
    readonly caSecretRef?: {
      /** Name of the Secret. */
      readonly name: string;
      /** Key in the Secret. */
      readonly key?: string;
    };
  };
  /** Whose login is used. Exactly one way is given; absent means passthrough. */
  readonly credential?: {
    /** The client logs in with its own user and password; Postern relays them and keeps nothing. */
    readonly passthrough?: object;
    /** A Secret of this namespace with keys username and password; the client needs none. */
    readonly secretRef?: {
      /** Name of the Secret. */
      readonly name: string;
    };
  };
  /** What to do with columns that name, type or content give away as sensitive. */
  readonly discovery?: {
    /** Off does nothing, Suggest lists them in the status, Enforce tags them at once. */
    readonly mode?: 'Off' | 'Suggest' | 'Enforce';
  };
  /** What to do with values in results that look like personal data or secrets. */
  readonly detectors?: {
    /** Off does not look, Report records them, Mask masks and records them. */
    readonly mode?: 'Off' | 'Report' | 'Mask';
  };
  /** Which columns hold what; wins over everything that is discovered. */
  readonly classifications?: readonly {
    /** schema.table.column, quoted where SQL would quote it, e.g. public."Mixed Case"."E-Mail". */
    readonly column: string;
    /** Dotted tags, e.g. pii.email. */
    readonly tags: readonly string[];
  }[];
}

/** What Postern found. Written by the operator. */
export interface DatabaseStatus {
  /** The generation of the spec that this status is about. */
  readonly observedGeneration?: number;
  /** Version of the schema that was read last. */
  readonly catalogueVersion?: string;
  /** Columns that look sensitive and have no explicit classification. */
  readonly discovered?: readonly {
    /** schema.table.column */
    readonly column: string;
    /** Suggested tags. */
    readonly tags: readonly string[];
    /** What gave it away: name, type, content or taint. */
    readonly source?: string;
  }[];
  /** Columns that inherited tags because protected data flowed into them. */
  readonly taints?: readonly {
    /** schema.table.column */
    readonly column: string;
    /** Inherited tags. */
    readonly tags: readonly string[];
    /** The column the data came from. */
    readonly from?: string;
  }[];
  /** Reachable, Accepted. */
  readonly conditions?: readonly {
    /** Which aspect. */
    readonly type: string;
    /** Whether it holds. */
    readonly status: 'True' | 'False' | 'Unknown';
    /** The generation that was looked at. */
    readonly observedGeneration?: number;
    /** When the status last changed. */
    readonly lastTransitionTime: string;
    /** Why, one word for programs. */
    readonly reason: string;
    /** Why, for people. */
    readonly message: string;
  }[];
}
