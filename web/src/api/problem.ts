/** RFC 9457, as mcm sends it. `status` 0: nothing answered at all. */
export interface ProblemBody {
  code: string;
  status: number;
  detail: string;
  next_step: string;
  request_id: string;
  details?: Record<string, unknown>;
  detail_zh?: string;
  next_step_zh?: string;
}

export class Problem extends Error {
  constructor(readonly body: ProblemBody) {
    super(body.detail);
    this.name = "Problem";
  }

  get code(): string {
    return this.body.code;
  }

  get status(): number {
    return this.body.status;
  }

  /** Trying again may help without anybody changing anything. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 502;
  }
}

/** Whatever a server or a proxy before it answered; it may be no JSON at all. */
export async function problemOf(answer: Response): Promise<Problem> {
  let given: Partial<ProblemBody> = {};
  try {
    const parsed: unknown = await answer.json();
    if (parsed !== null && typeof parsed === "object") given = parsed as Partial<ProblemBody>;
  } catch {
    given = {};
  }
  return new Problem({
    code: text(given.code) || "http_error",
    status: answer.status,
    detail: text(given.detail) || answer.statusText,
    next_step: text(given.next_step),
    request_id: text(given.request_id) || (answer.headers.get("X-Request-Id") ?? ""),
    ...(given.details ? { details: given.details } : {}),
    ...(text(given.detail_zh) ? { detail_zh: text(given.detail_zh), next_step_zh: text(given.next_step_zh) } : {}),
  });
}

export function unreachable(): Problem {
  return new Problem({ code: "unreachable", status: 0, detail: "", next_step: "", request_id: "" });
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const said = error instanceof Error ? error.message : String(error);
  return new Problem({ code: "console_error", status: 0, detail: said, next_step: "", request_id: "" });
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
