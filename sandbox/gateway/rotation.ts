/** The steps of a rotation in their order. Source: Secrets Manager user guide, "Rotation by Lambda function". */
export const ROTATION_STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;

export type RotationStep = (typeof ROTATION_STEPS)[number];

/** What the rotation function is invoked with. */
export interface RotationEvent {
  readonly Step: RotationStep;
  readonly SecretId: string;
  readonly ClientRequestToken: string;
}

export type StepResult = { readonly kind: 'done' } | { readonly kind: 'failed'; readonly reason: string };

/** What became of one step, for whoever watches. */
export interface StepReport {
  readonly secretArn: string;
  readonly token: string;
  readonly step: RotationStep;
  readonly result: StepResult;
  readonly durationMs: number;
}

/** The secret, its rotation function and the time, as far as a rotation touches them. */
export interface RotationPorts {
  /** Version id to staging labels. */
  versions(secretArn: string): Promise<Readonly<Record<string, readonly string[]>>>;
  /** Makes a version without a value and gives it AWSPENDING, taking that from any other. */
  addPending(secretArn: string, token: string): Promise<void>;
  removePending(secretArn: string, token: string): Promise<void>;
  /** Whether the function exists and lets Secrets Manager invoke it. */
  mayInvoke(functionArn: string): Promise<boolean>;
  /** One invocation; a rejection counts as a failed step. */
  invoke(functionArn: string, event: RotationEvent): Promise<StepResult>;
  newToken(): string;
  /** Milliseconds since 1970. */
  now(): number;
  report(step: StepReport): void;
}

/** One rotation: which function turns which secret to which version. */
export interface Rotation {
  readonly secretArn: string;
  readonly functionArn: string;
  readonly token: string;
}

/** Drives the four steps; stops before the next one when cancelled, and at the first that fails. Never rejects. */
async function driveRotation(
  ports: RotationPorts,
  rotation: Rotation,
  isCancelled: () => boolean,
): Promise<'rotated' | 'failed'> {
  for (const step of ROTATION_STEPS) {
    if (isCancelled()) return 'failed';
    const result = await driveStep(ports, rotation, step);
    if (result.kind === 'failed') return 'failed';
  }
  return 'rotated';
}

/** One step, measured and reported. Never rejects. */
async function driveStep(ports: RotationPorts, rotation: Rotation, step: RotationStep): Promise<StepResult> {
  const { secretArn, token } = rotation;
  const startedAt = ports.now();
  const result = await perform(ports, rotation, step).catch(
    (error: unknown): StepResult => ({ kind: 'failed', reason: String(error) }),
  );
  ports.report({ secretArn, token, step, result, durationMs: ports.now() - startedAt });
  return result;
}

async function perform(
  ports: RotationPorts,
  { secretArn, functionArn, token }: Rotation,
  step: RotationStep,
): Promise<StepResult> {
  const event = { Step: step, SecretId: secretArn, ClientRequestToken: token };
  const result = await ports.invoke(functionArn, event);
  if (result.kind === 'failed' || step !== 'finishSecret') return result;
  const { [token]: labels = [] } = await ports.versions(secretArn);
  if (labels.includes('AWSCURRENT')) return result;
  return { kind: 'failed', reason: 'finishSecret did not move AWSCURRENT to the new version' };
}

/** As in RotateSecret. */
export interface RotationRules {
  readonly AutomaticallyAfterDays?: number;
  readonly ScheduleExpression?: string;
  readonly Duration?: string;
}

/** The parameters of RotateSecret; what is absent stays as it was configured before. */
export interface RotateRequest {
  readonly secretArn: string;
  readonly token?: string | undefined;
  readonly functionArn?: string | undefined;
  readonly rules?: RotationRules | undefined;
  /** Default true. False: only testSecret runs, on a temporary version without a value, to prove the configuration. */
  readonly immediately?: boolean | undefined;
}

export interface Refusal {
  readonly kind: 'refused';
  /** The name of Secrets Manager's error. */
  readonly code: string;
  readonly message: string;
}

export type RotateAnswer = { readonly kind: 'accepted'; readonly versionId: string } | Refusal;

/** How a secret is set to rotate; times in milliseconds since 1970. */
export interface Configuration {
  readonly enabled: boolean;
  readonly functionArn: string;
  readonly rules?: RotationRules | undefined;
  readonly changedAt: number;
  readonly lastRotatedAt?: number | undefined;
}

const NO_FUNCTION = refused(
  'InvalidRequestException',
  "You tried to enable rotation on a secret that doesn't already have a Lambda function ARN configured and you didn't include such an ARN as a parameter in this call.",
);
const NOT_INVOCABLE = refused(
  'AccessDeniedException',
  'Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.',
);
const NOT_COMPLETE = refused(
  'InvalidRequestException',
  "A previous rotation isn't complete. That rotation will be reattempted.",
);
const BAD_TOKEN = refused('InvalidParameterException', 'ClientRequestToken must have 32 to 64 characters.');

/**
 * Secrets Manager's side of rotation: accepts or refuses RotateSecret at once, then drives the function through its
 * steps. A failed rotation keeps AWSPENDING where it is; the same token takes it up again.
 * Sources: API_RotateSecret, API_CancelRotateSecret.
 */
export class Rotator {
  readonly #ports: RotationPorts;
  readonly #configurations = new Map<string, Configuration>();
  readonly #running = new Map<string, Promise<void>>();

  constructor(ports: RotationPorts) {
    this.#ports = ports;
  }

  configuration(secretArn: string): Configuration | undefined {
    return this.#configurations.get(secretArn);
  }

  /** Resolves when no rotation of the secret is under way. */
  async settled(secretArn: string): Promise<void> {
    await this.#running.get(secretArn);
  }

  async rotate(request: RotateRequest): Promise<RotateAnswer> {
    const { secretArn, token = this.#ports.newToken(), immediately = true } = request;
    const functionArn = request.functionArn ?? this.#configurations.get(secretArn)?.functionArn;
    if (token.length < 32 || token.length > 64) return BAD_TOKEN;
    if (!functionArn) return NO_FUNCTION;
    if (!(await this.#ports.mayInvoke(functionArn))) return NOT_INVOCABLE;
    const versions = await this.#ports.versions(secretArn);
    if (this.#running.has(secretArn) || isPendingElsewhere(versions, token)) return NOT_COMPLETE;
    this.#configure(request, functionArn);
    const isFinished = versions[token]?.includes('AWSCURRENT') ?? false;
    if (!isFinished) await this.#start({ secretArn, functionArn, token }, token in versions, immediately);
    return { kind: 'accepted', versionId: token };
  }

  /** Turns rotation off; one under way ends after its present step and leaves AWSPENDING where it is. */
  cancel(secretArn: string): Refusal | undefined {
    const configuration = this.#configurations.get(secretArn);
    if (!configuration) return NO_FUNCTION;
    this.#configurations.set(secretArn, { ...configuration, enabled: false });
    return undefined;
  }

  #configure({ secretArn, rules }: RotateRequest, functionArn: string): void {
    const before = this.#configurations.get(secretArn);
    this.#configurations.set(secretArn, {
      enabled: true,
      functionArn,
      rules: rules ?? before?.rules,
      changedAt: this.#ports.now(),
      lastRotatedAt: before?.lastRotatedAt,
    });
  }

  /** Resolves when the pending version can be seen; the steps go on by themselves. */
  async #start(rotation: Rotation, isRetry: boolean, immediately: boolean): Promise<void> {
    const { secretArn, token } = rotation;
    const pending = isRetry ? Promise.resolve() : this.#ports.addPending(secretArn, token);
    const run = pending
      .then(() => (immediately ? this.#drive(rotation) : this.#test(rotation)))
      .finally(() => this.#running.delete(secretArn));
    this.#running.set(
      secretArn,
      run.catch(() => {}),
    );
    await pending;
  }

  async #drive(rotation: Rotation): Promise<void> {
    const isCancelled = () => !this.#configurations.get(rotation.secretArn)?.enabled;
    const outcome = await driveRotation(this.#ports, rotation, isCancelled);
    const configuration = this.#configurations.get(rotation.secretArn);
    if (outcome === 'failed' || !configuration) return;
    this.#configurations.set(rotation.secretArn, { ...configuration, lastRotatedAt: this.#ports.now() });
  }

  async #test(rotation: Rotation): Promise<void> {
    await driveStep(this.#ports, rotation, 'testSecret');
    await this.#ports.removePending(rotation.secretArn, rotation.token);
  }
}

/** AWSPENDING on a version of another token that never became current: a rotation that failed or still runs. */
function isPendingElsewhere(versions: Readonly<Record<string, readonly string[]>>, token: string): boolean {
  return Object.entries(versions).some(
    ([id, labels]) => id !== token && labels.includes('AWSPENDING') && !labels.includes('AWSCURRENT'),
  );
}

function refused(code: string, message: string): Refusal {
  return { kind: 'refused', code, message };
}
