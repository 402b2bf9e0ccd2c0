/** A coded error as Python writes it (`mldebug_widgets.errors`): what was wrong, what is allowed, one fix. */
export interface CodedError {
  code: string;
  argument: string;
  got: string;
  allowed: string;
  fix: string;
  message: string;
}

/** Why a request got no answer. */
export class RequestError extends Error implements CodedError {
  readonly code: string;
  readonly argument: string;
  readonly got: string;
  readonly allowed: string;
  readonly fix: string;

  constructor(error: CodedError) {
    super(error.message);
    this.name = "RequestError";
    this.code = error.code;
    this.argument = error.argument;
    this.got = error.got;
    this.allowed = error.allowed;
    this.fix = error.fix;
  }
}

/** Codes the front end gives itself. They never come from Python. */
export const ABORTED = "MLD-W90";
export const GONE = "MLD-W91";
export const OFFLINE = "MLD-W92";
export const CRASHED = "MLD-W93";

export function isAborted(error: unknown): boolean {
  return error instanceof RequestError && error.code === ABORTED;
}

/** Whatever was thrown, as something `ErrorState` can show. */
export function toCodedError(thrown: unknown): CodedError {
  if (thrown instanceof RequestError) {
    const { code, argument, got, allowed, fix, message } = thrown;
    return { code, argument, got, allowed, fix, message };
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return {
    code: CRASHED,
    argument: "view",
    got: message,
    allowed: "",
    fix: "Run the cell again. If it stays, report it with this text.",
    message,
  };
}
