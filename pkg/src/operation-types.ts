// The types of the registry's operations: what looks over all models, compares them, makes them what a file says, and
// moves them.

import type { ErrorCode, Json, ModelInput, ModelRef, ModelView, Signal } from './types.js';

/** One field that is different. */
export interface Change {
  /**
   * Its name: `temperature`, `envs.dev.maxTokens`, `envs.prd` for a whole environment that comes or goes, and
   * `envs.prd.apiKey` for a key.
   */
  field: string;
  /** What it was; absent where it was not set. Of a key, its fingerprint, where there is one: never the key. */
  from?: Json;
  /** What it becomes; absent where it is cleared. */
  to?: Json;
}

/** What `model.audit` looks at. */
export interface AuditOptions {
  /** The product; the client's own where absent. */
  product?: string;
  /** One environment. Default: all. */
  env?: string;
  /** How far ahead to look for models that retire, in days, 0 to 36500. Default 90. */
  within?: number;
}

/** What `model.audit` found. */
export interface Audit {
  /** The product. */
  product: string;
  /** Records looked at: models and agents. */
  scanned: number;
  /** What is wrong: unreadable records, then models by tag, then agents by tag. */
  findings: Finding[];
  /** Nothing was found. */
  clean: boolean;
}

/** One thing that is wrong, or will be. */
export interface Finding {
  /** `error`: some call fails over it. `warning`: calls work, not quite as they are written down, or not for long. */
  severity: 'error' | 'warning';
  /**
   * A stable word. The code of the error that using the record gives, such as `record_corrupt`, `record_too_new`,
   * `unknown_key`, `retired_key`, `missing_api_key`, `origin_not_allowed`, `unsupported_parameter`, `invalid_input`,
   * `env_inactive`, `agent_env_inactive`, `model_retired`; or `model_retiring`, `env_not_found` (the environment that was
   * asked for), `fallback_missing`, `fallback_env_missing`, `agent_model_missing`, `agent_env_missing`. More may come.
   */
  code: string;
  /** The model's tag. */
  tag?: string;
  /** The agent's tag, where it is the agent's doing. */
  agent?: string;
  /** The environment; absent where all are concerned. */
  env?: string;
  /** The field, such as `temperature`, `model`, `apiKey` or `fallback`. */
  field?: string;
  /** What is wrong, in a sentence. */
  message: string;
}

/** Two environments of one model. */
export interface DiffOptions extends ModelRef {
  /** The one environment. */
  from: string;
  /** The other one. */
  to: string;
}

/** How two environments of a model differ. */
export interface Diff {
  /** The product. */
  product: string;
  /** The model's tag. */
  tag: string;
  /** The one environment. */
  from: string;
  /** The other one. */
  to: string;
  /**
   * What differs among `active`, `model`, `baseUrl` and the five settings, as calls resolve them: the model's own settings
   * and the defaults stand in for what an environment leaves open. `from` and `to` are the values in the two environments;
   * absent where nothing is sent. Keys are left out.
   */
  changes: Change[];
}

/** A setting of an environment that `model.promote` copies. `active` and `description` are copied only where named. */
export type PromotableField =
  | 'active'
  | 'allowInsecure'
  | 'baseUrl'
  | 'description'
  | 'maxTokens'
  | 'model'
  | 'stopSequences'
  | 'temperature'
  | 'timeout'
  | 'topP';

/** What `model.promote` copies from where to where. */
export interface PromoteOptions extends ModelRef {
  /** The environment to copy from. */
  from: string;
  /** The environment to copy to. It must exist. */
  to: string;
  /**
   * What to copy, each a {@link PromotableField}. Default: the five settings, `model`, `baseUrl` and `allowInsecure`. What
   * is not set in `from` is cleared in `to`.
   */
  fields?: readonly (PromotableField | (string & {}))[];
  /** Only tell what would change. Default false. */
  dryRun?: boolean;
}

/** What `model.promote` did. */
export interface Promoted {
  /** The model with the settings copied; of a dry run as it would be, with the revision that is stored. */
  model: ModelView;
  /** What changed. Nothing was written where this is empty. */
  changes: Change[];
}

/** What a product's models should be. */
export interface Wanted {
  /** The product; the client's own where absent. */
  product?: string;
  /**
   * Whole models. A field that is left out is cleared, an environment that is left out is removed. `apiKey` may be left
   * out where a key is stored; one that is given is compared by its keyed fingerprint, and written where it differs.
   */
  models: ModelInput[];
  /** Delete the models that are not named. Default false: they stay. */
  prune?: boolean;
}

/** What is between a product's models and what they should be. */
export interface Plan {
  /** The product. */
  product: string;
  /** One for each model: those wanted in their order, then those to delete by tag. */
  actions: PlannedAction[];
  /** There is nothing to do. */
  clean: boolean;
}

/** What is to be done about one model. */
export interface PlannedAction {
  /** What. */
  action: 'create' | 'update' | 'delete' | 'none';
  /** The model's tag. */
  tag: string;
  /** The revision that is stored, and that a write replaces; absent where none can be read. */
  rev?: number;
  /** What changes; empty where the stored record cannot be relied on. */
  changes: Change[];
  /** Why it cannot be done: the error that doing it gives. */
  blocked?: { code: ErrorCode; message: string };
}

/** What `model.apply` takes. */
export interface ApplyOptions extends Wanted {
  /**
   * What `model.plan` returned for the same models: then a record that was written since, or a model that is wanted
   * otherwise by now, is left alone and fails with `conflict`.
   */
  plan?: Plan;
  /** Stops before the next write, with `aborted`; `details.done` lists the tags that were written. */
  signal?: Signal;
}

/** What `model.apply` did. */
export interface Applied {
  /** The product. */
  product: string;
  /** What was written, in order, each with the revision that it was written over. Models that needed nothing are left out. */
  done: PlannedAction[];
  /** What could not be done; these models are as they were. */
  failed: { tag: string; code: ErrorCode; message: string }[];
  /** Nothing failed: the models are what they should be. */
  clean: boolean;
}

/** What `model.export` takes. */
export interface ExportOptions {
  /** The product; the client's own where absent. */
  product?: string;
  /** The models. Default: all of the product. */
  tags?: string[];
}

/** Models as they are stored. Settings are readable; keys are sealed, and open with the product key only. */
export interface Export {
  /** What this is. */
  format: 'ductape-models';
  /** The version of the format. */
  version: 1;
  /** The product, which the sealed keys are bound to. */
  product: string;
  /** The records, as they are stored, histories included. */
  records: { tag: string; record: string }[];
}

/** What `model.import` takes. */
export interface ImportOptions {
  /** The product; the client's own where absent, else the export's. Any other than the export's is refused. */
  product?: string;
  /** What `model.export` returned. */
  export: Export;
  /** What to do about a model that is there already: list it as `already_exists`, leave it, or replace it. Default `fail`. */
  onExisting?: 'fail' | 'skip' | 'replace';
}

/** What `model.import` did. */
export interface Imported {
  /** The tags of the models that were written. */
  imported: string[];
  /** The tags of the models that were there already and stay. */
  skipped: string[];
  /** Records that do not verify or could not be written; nothing of them was. */
  failed: { tag: string; code: ErrorCode; message: string }[];
}

/** The registry as a whole. */
export interface ModelOperations {
  /**
   * Looks over the models and agents of a product for what fails or will: records, keys, models at the end of their life,
   * settings that are not taken, references that lead nowhere. Opens no key, asks no provider, changes nothing.
   */
  audit(options?: AuditOptions): Promise<Audit>;
  /** How two environments of a model differ. */
  diff(options: DiffOptions): Promise<Diff>;
  /**
   * Copies settings of one environment to another as one write. Keys and key references are never copied; where the
   * copied `baseUrl` would take the key to another origin, the call fails with `key_reentry_required`.
   */
  promote(options: PromoteOptions): Promise<Promoted>;
  /**
   * What it takes to make a product's models what they should be. Fails with every wrong model in `details.problems`, the
   * field behind `models[2].`; what the stored record or a missing key stands in the way of is a `blocked` action.
   */
  plan(wanted: Wanted): Promise<Plan>;
  /**
   * Makes a product's models what they should be: one write for each that differs, each over the revision that was looked
   * at. The same call again writes nothing, or what an interrupted one left.
   */
  apply(wanted: ApplyOptions): Promise<Applied>;
  /** Models as they are stored, to be kept or taken elsewhere: the only call that gives sealed keys out. */
  export(options?: ExportOptions): Promise<Export>;
  /** Writes exported models as they are, each verified first. */
  import(options: ImportOptions): Promise<Imported>;
}
