import type { AwsSecurityFinding } from '@aws-sdk/client-securityhub';
import { batchImportFindings, FINDINGS_A_CALL } from '../../aws/security-hub.ts';
import { shownName } from '../../observe/shown.ts';
import { asffFindings, type ImportContext } from '../report/asff.ts';
import type { CredentialReport } from '../report/report.ts';

export interface Imports {
  readonly imported: number;
  readonly failed: number;
  /** Security Hub's own codes, or names of errors, each once; never its messages, which repeat what was sent. */
  readonly errors: readonly string[];
}

/** Sends findings on as they come, and holds no more of them than one call takes. */
export class SecurityHub {
  readonly #context: ImportContext;
  #waiting: AwsSecurityFinding[] = [];
  #imported = 0;
  #failed = 0;
  readonly #errors = new Set<string>();

  constructor(context: ImportContext) {
    this.#context = context;
  }

  async add(report: CredentialReport, resolved: readonly string[]): Promise<void> {
    this.#waiting.push(...asffFindings(report, resolved, this.#context));
    while (this.#waiting.length >= FINDINGS_A_CALL)
      await this.#send(this.#waiting.splice(0, FINDINGS_A_CALL));
  }

  async end(): Promise<Imports> {
    if (this.#waiting.length > 0) await this.#send(this.#waiting.splice(0));
    return { imported: this.#imported, failed: this.#failed, errors: [...this.#errors] };
  }

  /** A call that fails is counted, and the others go on: the next run sends what still stands. */
  async #send(findings: readonly AwsSecurityFinding[]): Promise<void> {
    try {
      const { SuccessCount = 0, FailedFindings = [] } = await batchImportFindings(findings);
      this.#imported += SuccessCount;
      this.#failed += findings.length - SuccessCount;
      for (const { ErrorCode } of FailedFindings) this.#errors.add(ErrorCode ?? 'Error');
    } catch (error) {
      this.#failed += findings.length;
      this.#errors.add(shownName(error));
    }
  }
}
