import { parseSearchPath, type SessionSettings } from '@postern/sql';
import type { TransactionStatus } from '../wire/backend/ready-for-query.js';
import { type Names, type Prepared, wireName } from '../session/names.js';
import { QuestionError } from '../session/questions.js';
import type { Ask } from './ask.js';
import { believedFor } from './catalogues.js';
import type { Context } from './context.js';
import type { DatabaseGovernance } from './database-governance.js';
import { changesMeaning, isMeaningful } from './meaning.js';
import { OwnCatalogue } from './own-catalogue.js';
import type { GovernedStatement, Verdict } from './verdict.js';

export interface SessionLogin {
  readonly user: string;
  readonly databaseName: string;
  readonly applicationName: string;
}

/** A private catalogue younger than this is not read again for an unknown name, milliseconds. */
const privateFor = 1000;
/** Likewise the shared one. */
const sharedFor = 200;

const notAscii = /[^\x00-\x7f]/;
/**
 * What one session's statements are decided under: the database's catalogue (or the session's own view
 * of it, with its temporary objects and uncommitted DDL) and the settings that change what names mean.
 * The settings are the server's word, asked for after anything that may have changed them.
 */
export class SessionGovernance {
  /** Messages of the extended protocol were sent since the last Sync: an implicit transaction. */
  inBatch = false;

  private readonly governing: () => DatabaseGovernance;
  private database: DatabaseGovernance;
  private readonly login: SessionLogin;
  private readonly now: () => number;
  private status: TransactionStatus = 'I';
  private context: Context | undefined;
  private generation = -1;
  private settings: SessionSettings | undefined;
  private settingsDirty = true;
  /** a SET inside a transaction block, undone by its rollback */
  private settingsInTransaction = false;
  private readonly own = new OwnCatalogue();
  private temporary = false;
  private changedInTransaction = false;
  /** statements under way whose effects decide what later ones mean */
  private pending = 0;
  private failed = false;
  private mustCheck = false;
  /** epoch milliseconds of the last check within a transaction */
  private blockCheckedAt = 0;
  /** What the waiting statement is decided under has been asked for since it came. */
  private justChecked = false;
  private preparing: Promise<void> | undefined;
  private encoding = 'UTF8';
  private serverEncoding = 'UTF8';
  private standardStrings = true;
  private reportsSearchPath = false;

  /** @param governing what governs this session's database now; changes with bundle and assignment */
  constructor(governing: () => DatabaseGovernance, login: SessionLogin, now: () => number) {
    this.governing = governing;
    this.database = governing();
    this.login = login;
    this.now = now;
  }

  /** The context to decide under, or undefined when something has to be asked first (`prepare`). */
  ready(): Context | undefined {
    const { context } = this;
    const database = this.governing();
    if (database !== this.database) {
      this.database = database;
      this.generation = -1;
    }
    if (this.pending > 0 && !this.failed) return undefined;
    if (context !== undefined) {
      if (this.failed) return this.generation === -1 ? this.renewContext() : context;
      const known = !this.settingsDirty && !this.own.dirty && !this.mustCheck;
      if (known && (this.justChecked || !this.checkDue())) {
        if (this.generation === database.catalogue.generation) return context;
        return this.renewContext();
      }
    }
    return undefined;
  }

  /** @returns undefined when a name is unknown and the catalogue should be asked for first */
  govern(context: Context, sql: string): Verdict | undefined {
    return this.unlessOutdated(this.database.govern(context, sql));
  }

  /** @returns the context of now with the settings of that one */
  sameSettings({ settings, lexing }: Context): Context | undefined {
    const loaded = this.own.loaded ?? this.database.catalogue.current;
    return loaded && this.database.context(loaded, settings, this.login, lexing);
  }

  /** As `govern`, where nothing can be asked. */
  governAsIs(context: Context, sql: string): Verdict {
    return this.database.govern(context, sql);
  }

  /** Does the verdict hold now, if what it was decided under has not changed? */
  holds(verdict: Verdict): boolean {
    return this.database.holds(verdict);
  }

  /** Has another bundle or assignment come since? */
  isNew(prepared: Prepared): boolean {
    return prepared.under !== this.database;
  }

  /** As `govern`, for the protocol's FunctionCall. @param oid of the function */
  governFunctionCall(context: Context, oid: number): Verdict | undefined {
    return this.unlessOutdated(this.database.governFunctionCall(context, oid));
  }

  /** The statement that waited has been dealt with: the next one may have to ask again. */
  waitOver(): void {
    this.justChecked = false;
  }

  /**
   * A transaction goes on while others change what names mean: what it reads is checked every two seconds, as outside of
   * one. Not before a statement that reads nothing: SET TRANSACTION must come before the first query.
   */
  isOld(verdict: Verdict): boolean {
    if (!this.inTransaction || this.failed || !this.blockIsOld()) return false;
    return (
      verdict.kind === 'staged' ||
      (verdict.kind === 'forward' &&
        verdict.statements.some((one) => one.withhold || one.runsPrepared !== undefined))
    );
  }

  private blockIsOld(): boolean {
    const read =
      this.own.loaded === undefined ? this.database.catalogue.checkedAt : this.own.readAt;
    return this.inTransaction && this.now() - Math.max(read, this.blockCheckedAt) >= believedFor;
  }

  private unlessOutdated(verdict: Verdict): Verdict | undefined {
    const checked = this.justChecked;
    this.justChecked = false;
    if (!checked && this.isOld(verdict)) return undefined;
    // Once for each statement, however long that takes and whatever others change meanwhile.
    if (verdict.kind !== 'refuse' || !verdict.unresolved || this.failed || checked) return verdict;
    const shared = this.own.loaded === undefined;
    const age = this.now() - (shared ? this.database.catalogue.checkedAt : this.own.readAt);
    if (age < (shared ? sharedFor : privateFor)) return verdict;
    if (!this.inTransaction && !this.temporary) this.mustCheck = true;
    else this.own.dirty = true;
    return undefined;
  }

  /** Asks for what is missing. */
  async prepare(ask: Ask): Promise<void> {
    this.preparing ??= this.prepareOnce(ask).finally(() => {
      this.preparing = undefined;
    });
    return this.preparing;
  }

  private async prepareOnce(ask: Ask): Promise<void> {
    await ask.quiet();
    this.pending = 0;
    try {
      if (this.settings === undefined || this.settingsDirty) await this.askSettings(ask);
      await this.askCatalogue(ask);
      this.justChecked = true;
      this.renewContext();
    } catch (cause) {
      if (
        cause instanceof QuestionError &&
        this.inTransaction &&
        !cause.sqlstate.startsWith('08') &&
        this.context !== undefined
      ) {
        // The block has failed, if not before then by the question: the server refuses all until its end.
        this.failed = true;
        return;
      }
      throw cause;
    }
  }

  private async askCatalogue(ask: Ask): Promise<void> {
    const { catalogue } = this.database;
    // Inside a transaction the server shows this session's own changes, which are nobody else's yet.
    if (!this.inTransaction) {
      if (this.mustCheck) catalogue.doubt();
      if (catalogue.isDue()) await catalogue.refresh(ask);
      this.mustCheck = false;
      if (!this.temporary) {
        this.own.forget();
        return;
      }
    }
    if (this.blockIsOld()) {
      await this.own.check(catalogue, ask, this.status === 'T');
      this.blockCheckedAt = this.now();
    }
    const stale = this.mustCheck || this.own.isStale(catalogue);
    if (!stale && (this.own.loaded ?? catalogue.current) !== undefined) return;
    await this.own.read(catalogue, ask, this.status === 'T', this.now);
    this.mustCheck = false;
  }

  private async askSettings(ask: Ask): Promise<void> {
    // SHOW takes no snapshot: a later SET TRANSACTION still works.
    const [path] = await ask.ask('SHOW search_path');
    const [role] = await ask.ask('SHOW role');
    const [user] = await ask.ask('SHOW session_authorization');
    // The server reports these only at its next ReadyForQuery, too late within a batch.
    const [strings] = await ask.ask('SHOW standard_conforming_strings');
    const [encoding] = await ask.ask('SHOW client_encoding');
    this.parameterChanged('standard_conforming_strings', strings?.[0] ?? 'off');
    this.parameterChanged('client_encoding', encoding?.[0] ?? '');
    const temporarySchema = this.temporary ? await this.askTemporarySchema(ask) : undefined;
    this.settings = {
      searchPath: parseSearchPath(path?.[0] ?? ''),
      user: user?.[0] ?? this.login.user,
      role: role?.[0] ?? 'none',
      ...(temporarySchema === undefined ? {} : { temporarySchema }),
    };
    this.settingsDirty = false;
  }

  private async askTemporarySchema(ask: Ask): Promise<string | undefined> {
    const [row] = await ask.ask(
      'SELECT nspname::text FROM pg_catalog.pg_namespace WHERE oid = pg_catalog.pg_my_temp_schema()',
    );
    return row?.[0] ?? undefined;
  }

  private renewContext(): Context | undefined {
    const loaded = this.own.loaded ?? this.database.catalogue.current;
    if (loaded === undefined || this.settings === undefined) return undefined;
    this.generation = this.database.catalogue.generation;
    this.context = this.database.context(loaded, this.settings, this.login, {
      encoding: this.encoding,
      standardStrings: this.standardStrings,
    });
    return this.context;
  }

  private get inTransaction(): boolean {
    return this.status !== 'I' || this.inBatch;
  }

  private checkDue(): boolean {
    return !this.inTransaction && this.database.catalogue.isDue();
  }

  // -- what happened -------------------------------------------------------------------------------

  /**
   * Does the server compare this name, byte for byte, as the client sent it? One that is converted may
   * be another there, or the same as another.
   */
  keepsName(name: string): boolean {
    if (this.encoding === 'UTF8' && this.serverEncoding === 'UTF8') return true;
    return !notAscii.test(name);
  }

  /** A statement goes out whose effects later statements depend on. */
  begun(statement: GovernedStatement): void {
    const ends = this.settingsInTransaction || this.changedInTransaction;
    if (statement.effects.some((effect) => mattersLater(effect, ends))) this.pending += 1;
  }

  settingsTouched(names: readonly string[]): void {
    if (!isMeaningful(names)) return;
    this.settingsDirty = true;
    this.settingsInTransaction = true;
  }

  catalogueTouched(temporary: boolean): void {
    if (temporary) {
      this.temporary = true;
      this.settingsDirty = true;
    }
    this.own.dirty = true;
    this.mustCheck = true;
    this.changedInTransaction = true;
    if (!temporary) this.database.catalogue.doubt();
  }

  /** COMMIT, ROLLBACK or ROLLBACK TO: what the block has changed may be as it was before. */
  transactionEnding(): void {
    if (this.settingsInTransaction) this.settingsDirty = true;
    if (this.changedInTransaction) {
      this.own.dirty = true;
      this.mustCheck = true;
    }
  }

  transactionStatus(status: TransactionStatus): void {
    const ended = status === 'I';
    this.status = status;
    this.failed = status === 'E';
    if (!ended) return;
    if (this.settingsInTransaction) {
      this.settingsInTransaction = false;
      this.settingsDirty = true;
    }
    if (this.changedInTransaction) {
      this.changedInTransaction = false;
      this.own.dirty = true;
      this.mustCheck = true;
      this.database.catalogue.doubt();
    }
  }

  parameterChanged(name: string, value: string): void {
    switch (name) {
      case 'client_encoding':
        this.encoding = value;
        this.generation = -1;
        break;
      case 'server_encoding':
        this.serverEncoding = value;
        break;
      case 'standard_conforming_strings':
        this.standardStrings = value === 'on';
        this.generation = -1;
        break;
      case 'search_path':
        // Reported from PostgreSQL 18 on: the server's word, whatever changed it.
        if (this.reportsSearchPath) this.settingsDirty = true;
        this.reportsSearchPath = true;
        break;
      default:
        break;
    }
  }

  /** An error of the server about a statement that was understood: a name it does not know has gone meanwhile. */
  serverSaid(sqlstate: string): void {
    if (!unknownNames.has(sqlstate) || this.inTransaction) return;
    if (this.now() - this.database.catalogue.checkedAt >= sharedFor) this.mustCheck = true;
  }

  /** A statement prepared by SQL. */
  prepared(statement: GovernedStatement, name: string, names: Names): void {
    const prepared = this.preparedFor(statement, wireName(name));
    if (prepared !== undefined) names.addStatement(prepared);
  }

  preparedFor(statement: GovernedStatement, name = ''): Prepared | undefined {
    const { context } = this;
    if (context === undefined) return undefined;
    return {
      name,
      by: 'sql',
      sql: statement.sql,
      parameterTypes: Buffer.from([0, 0]),
      verdict: {
        kind: 'forward',
        statements: [statement],
        rewritten: statement.rewritten,
        toOriginal: (position) => position,
        until: statement.until,
      },
      context,
      under: this.database,
    };
  }

  /** Before anything is known of a statement (asynchronous notices): withhold while anything is masked. */
  withholdsByDefault(): boolean {
    return this.database.protects;
  }
}

/** undefined column, table, function, schema; a type that does not fit */
const unknownNames = new Set(['42703', '42P01', '42883', '3F000', '42804']);

const keepsNames = new Set(['prepare', 'deallocate', 'declare']);

/** @param ends the transaction block has changes of meaning in it, which may end with it */
const mattersLater = (effect: GovernedStatement['effects'][number], ends: boolean): boolean =>
  changesMeaning(effect) ||
  keepsNames.has(effect.kind) ||
  (effect.kind === 'transaction' && effect.verb !== 'begin' && ends);
