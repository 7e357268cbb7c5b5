// What a page may ask of the banner, and what it hears. The script itself is embedded by its tag.

/** What was answered. */
export interface PrivacyChoice {
  /** 32 hexadecimal digits; made when the visitor first answered. */
  readonly visitor: string;
  /** When, in seconds since 1970. */
  readonly at: number;
  /** By the code of each purpose that was asked for. */
  readonly answers: Readonly<Record<string, boolean>>;
}

/** What `withdraw` tells beside the choice. */
export interface PrivacyWithdrawal extends PrivacyChoice {
  /** The codes of the purposes that were granted until now. */
  readonly withdrawn: readonly string[];
}

export interface PrivacyEvents {
  /** An answer was given, or taken over from an account. */
  change: PrivacyChoice;
  /** Something that was granted is not any more; stop what it allowed. */
  withdraw: PrivacyWithdrawal;
  /** The service has an answer. */
  sent: PrivacyChoice;
}

/** A signed receipt; `proof` is there once its entry has its place in the log. */
export interface PrivacyProof {
  readonly receipt: Readonly<Record<string, unknown>>;
  readonly signature: string;
  readonly key: string;
  readonly proof?: Readonly<Record<string, unknown>>;
}

export interface PrivacyBanner {
  /** What was answered; nothing before. */
  get(): PrivacyChoice | undefined;
  /** Whether a purpose is granted or needs no consent. */
  has(code: string): boolean;
  /** Show the second layer; done when it stands. */
  open(): Promise<void>;
  /** Grant all. Saying again what is stored is no new answer. */
  accept(): Promise<void>;
  /** Refuse all. */
  reject(): Promise<void>;
  /** Take back all that was granted. */
  withdraw(): Promise<void>;
  /** Follow the account of who is signed in; `token` was signed by the site's server. */
  identify(token: string): Promise<void>;
  /** The receipt of the last answer, with the proof that it stands in the log as soon as there is
   * one; what `privacy receipt verify` judges. Nothing before an answer was received. */
  proof(): Promise<PrivacyProof | undefined>;
  /** Hear an event, also as `privacy:<name>` on the document. */
  on<Name extends keyof PrivacyEvents>(name: Name, act: (now: PrivacyEvents[Name]) => void): void;
}

declare global {
  var privacyBanner: PrivacyBanner;
  interface DocumentEventMap {
    "privacy:change": CustomEvent<PrivacyChoice>;
    "privacy:withdraw": CustomEvent<PrivacyWithdrawal>;
    "privacy:sent": CustomEvent<PrivacyChoice>;
  }
}
