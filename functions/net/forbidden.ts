/** A target that the network guard does not let anybody dial: by its port, or by every address of its name. */
export class Forbidden extends Error {
  override readonly name = 'Forbidden';
  readonly code: 'port' | 'address';

  constructor(code: 'port' | 'address') {
    super(`${code} not allowed`);
    this.code = code;
  }
}
