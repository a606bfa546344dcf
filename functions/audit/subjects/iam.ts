/** The resource policy of one secret. */
export interface SecretPolicy {
  /** Null: there is none. */
  readonly document: PolicyDocument | null;
  /** What Secrets Manager's own validation objects to. */
  readonly objections: readonly string[];
}

/** As far as the audit looks at it; IAM's grammar allows one string for a list. */
export interface PolicyDocument {
  readonly Statement: readonly PolicyStatement[];
}

export interface PolicyStatement {
  readonly Effect: string;
  readonly Principal?: '*' | Readonly<Record<string, string | readonly string[]>>;
  readonly NotPrincipal?: unknown;
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The IAM user whose access key an SMTP user of Amazon SES is. */
export interface SmtpUser {
  /** Of its inline and attached policies. */
  readonly statements: readonly PolicyStatement[];
  /** How many groups it is in; their policies are not read. */
  readonly groups: number;
  /** Has a password for the console. */
  readonly console: boolean;
}

/** SimulatePrincipalPolicy of `ses:SendRawEmail`: allowed, explicitDeny or implicitDeny. */
export type Decision = string;

/** Conditions that hold for callers of some account, organisation or network only. */
const NARROWING =
  /^aws:(principalaccount|principalarn|principalorgid|principalorgpaths|sourceaccount|sourcearn|sourceorgid|sourceorgpaths|sourcevpc|sourcevpce|vpcsourceip|userid)$/i;

/** GetSecretValue, however a policy writes it. */
const READS = /^(\*|secretsmanager:(\*|get(\*|secret(\*|value))))$/i;

/** Operators that hold for all others than those named, or for who shows no such key at all. */
const OPEN_OPERATOR = /not|ifexists$|^null$|^forallvalues:/i;

/** Allows without a name, `*` or all but some. */
export function namesEverybody({ Effect, Principal, NotPrincipal }: PolicyStatement): boolean {
  return Effect === 'Allow' && (NotPrincipal !== undefined || isEverybody(Principal));
}

/** As `namesEverybody`, and no condition makes up for it. */
export function isForEverybody(statement: PolicyStatement): boolean {
  return namesEverybody(statement) && !limitingKeys(statement).some((key) => NARROWING.test(key));
}

/** Whoever reads the secret without TLS. */
export function refusesPlainHttp({ Effect, Principal, Action, Condition }: PolicyStatement): boolean {
  if (Effect !== 'Deny' || !isEverybody(Principal) || !listOf(Action).some((one) => READS.test(one)))
    return false;
  return Object.entries(Condition ?? {}).some(
    ([operator, keys]) =>
      /^bool(ifexists)?$/i.test(operator) &&
      Object.entries(keys).some(
        ([key, value]) =>
          key.toLowerCase() === 'aws:securetransport' && listOf(value).map(String).includes('false'),
      ),
  );
}

/** The keys of a condition that holds only for what it names. */
export function limitingKeys({ Condition }: PolicyStatement): string[] {
  return Object.entries(Condition ?? {}).flatMap(([operator, keys]) =>
    OPEN_OPERATOR.test(operator) ? [] : Object.keys(keys),
  );
}

function isEverybody(principal: PolicyStatement['Principal']): boolean {
  if (principal === '*') return true;
  return Object.values(principal ?? {}).some((names) => listOf(names).includes('*'));
}

/** Allowed everything, on everything, at all times. */
export function isAdministrators({ Effect, Action, Resource, Condition }: PolicyStatement): boolean {
  return (
    Effect === 'Allow' &&
    !Condition &&
    listOf(Action).some((one) => one === '*' || one === '*:*') &&
    listOf(Resource).includes('*')
  );
}

/**
 * Whether these statements of one principal let it do `action` to `resource` (an ARN). An allow counts whatever its
 * condition, a deny only without one: what a condition will say is not known here.
 * Source: IAM user guide, "Policy evaluation logic".
 */
export function mayDo(statements: readonly PolicyStatement[], action: string, resource: string): boolean {
  const fitting = statements.filter((one) => isAbout(one, action) && isOn(one, resource));
  const denied = fitting.some(({ Effect, Condition }) => Effect === 'Deny' && !Condition);
  return !denied && fitting.some(({ Effect }) => Effect === 'Allow');
}

/** Actions are the same in upper and lower case. */
export function isAbout({ Action, NotAction }: PolicyStatement, action: string): boolean {
  const covers = (patterns: PolicyStatement['Action']) =>
    listOf(patterns).some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase()));
  return NotAction === undefined ? covers(Action) : !covers(NotAction);
}

function isOn({ Resource, NotResource }: PolicyStatement, resource: string): boolean {
  const covers = (patterns: PolicyStatement['Resource']) =>
    listOf(patterns).some((pattern) => matches(pattern.replaceAll(/\$\{[^}]*\}/g, '*'), resource));
  return NotResource === undefined ? covers(Resource) : !covers(NotResource);
}

/** `*` is any run of characters, `?` any one. Not by a regular expression: many stars would take it for ever. */
function matches(pattern: string, text: string): boolean {
  let [at, from] = [0, 0];
  let star: { readonly next: number; readonly matched: number } | null = null;
  while (from < text.length) {
    if (pattern[at] === '*') star = { next: ++at, matched: from };
    else if (pattern[at] === '?' || pattern[at] === text[from]) [at, from] = [at + 1, from + 1];
    else if (star) {
      star = { next: star.next, matched: star.matched + 1 };
      [at, from] = [star.next, star.matched];
    } else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}

/** IAM's grammar lets one string stand for a list. */
export function listOf<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as T];
}

/** A policy document of AWS, in which one statement may stand without a list around it. */
export function documentOf(text: string): PolicyDocument {
  const { Statement } = JSON.parse(text) as { Statement: PolicyDocument['Statement'][number] };
  return { Statement: [Statement].flat() };
}

/** What hands can do to a credential under Keyturn's care, as the check `secret.hands` words it, by the actions for it. */
export const POWERS = {
  'write its value': [
    'secretsmanager:PutSecretValue',
    'secretsmanager:UpdateSecret',
    'secretsmanager:UpdateSecretVersionStage',
    // Also puts another function in the place of Keyturn's.
    'secretsmanager:RotateSecret',
  ],
  'change its tags or its policy': [
    'secretsmanager:TagResource',
    'secretsmanager:UntagResource',
    'secretsmanager:PutResourcePolicy',
  ],
  'change the tags of its IAM user': ['iam:TagUser', 'iam:UntagUser'],
  "invoke or change Keyturn's functions": [
    'lambda:InvokeFunction',
    'lambda:UpdateFunctionCode',
    'lambda:UpdateFunctionConfiguration',
  ],
  "write to Keyturn's table": [
    'dynamodb:PutItem',
    'dynamodb:UpdateItem',
    'dynamodb:DeleteItem',
    'dynamodb:BatchWriteItem',
  ],
} as const;

export type Power = keyof typeof POWERS;

/** All that any power needs. */
export const ACTIONS: readonly string[] = Object.values(POWERS).flat();
