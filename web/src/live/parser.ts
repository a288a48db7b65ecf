/** One event of the stream. `data` of mcm's own kinds is {id, at, kind, account_id, subject, data}. */
export interface LiveEvent {
  id: string;
  kind: string;
  data: unknown;
}

/** Server-sent events in whatever pieces the network brings them (WHATWG HTML, 9.2.6). Comments and retry are dropped. */
export class EventParser {
  private rest = "";
  private id = "";

  feed(text: string): LiveEvent[] {
    const blocks = (this.rest + text).replace(/\r\n?/g, "\n").split("\n\n");
    this.rest = blocks.pop() ?? "";
    return blocks.map((block) => this.event(block)).filter((event) => event !== null);
  }

  private event(block: string): LiveEvent | null {
    let kind = "message";
    const lines: string[] = [];
    for (const line of block.split("\n")) {
      const [, field = "", value = ""] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
      if (field === "id") this.id = value;
      else if (field === "event") kind = value;
      else if (field === "data") lines.push(value);
    }
    if (lines.length === 0) return null;
    try {
      return { id: this.id, kind, data: JSON.parse(lines.join("\n")) };
    } catch {
      return null;
    }
  }
}
