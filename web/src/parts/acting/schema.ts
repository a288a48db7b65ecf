/** What a form needs of the JSON schema of an action's parameters, as the API sends it. */
export type FieldType = "text" | "number" | "yes-no" | "one-of" | "pairs" | "list" | "long";

export interface Field {
  name: string;
  type: FieldType;
  required: boolean;
  /** Of one-of. */
  options: readonly string[];
  initial: Value;
  smallest?: number;
  largest?: number;
  longest?: number;
  pattern?: string;
  /** Never shown again and never written into an address or a command. */
  secret: boolean;
}

export interface Pair {
  key: string;
  value: string;
}
export type Value = string | boolean | readonly string[] | readonly Pair[];
export type Values = Readonly<Record<string, Value>>;
export type Wrong = "required" | "notNumber" | "tooSmall" | "tooLarge" | "tooLong" | "malformed";

type Json = Record<string, unknown>;
const LONG = 1000;

export function fieldsOf(schema: unknown): Field[] {
  const whole = object(schema);
  const required = new Set(Array.isArray(whole["required"]) ? whole["required"] : []);
  return Object.entries(object(whole["properties"])).map(([name, given]) => fieldOf(name, object(given), required.has(name)));
}

function fieldOf(name: string, given: Json, required: boolean): Field {
  // Optional values come as "this or null".
  const variants = Array.isArray(given["anyOf"]) ? given["anyOf"].map(object) : [];
  const own = variants.find((each) => each["type"] !== "null") ?? given;
  const options = Array.isArray(own["enum"]) ? own["enum"].map(String) : [];
  const type = typeOf(own, options);
  const fallback = given["default"];
  return {
    name,
    type,
    required,
    options,
    initial: initialOf(type, fallback),
    secret: own["writeOnly"] === true || own["format"] === "password",
    ...number("smallest", own["minimum"]),
    ...number("largest", own["maximum"]),
    ...number("longest", own["maxLength"]),
    ...(typeof own["pattern"] === "string" ? { pattern: own["pattern"] } : {}),
  };
}

function typeOf(own: Json, options: readonly string[]): FieldType {
  if (options.length > 0) return "one-of";
  if (own["type"] === "boolean") return "yes-no";
  if (own["type"] === "integer" || own["type"] === "number") return "number";
  if (own["type"] === "object") return "pairs";
  if (own["type"] === "array") return "list";
  return typeof own["maxLength"] === "number" && own["maxLength"] > LONG ? "long" : "text";
}

function initialOf(type: FieldType, fallback: unknown): Value {
  if (type === "yes-no") return fallback === true;
  if (type === "pairs" || type === "list") return [];
  return fallback === null || fallback === undefined ? "" : String(fallback);
}

export function initialValues(fields: readonly Field[]): Values {
  return Object.fromEntries(fields.map((field) => [field.name, field.initial]));
}

/** What a form shows of parameters that were given before: the other way round than `paramsOf`. */
export function valuesOf(fields: readonly Field[], params: Readonly<Json>): Values {
  return Object.fromEntries(fields.map((field) => [field.name, valueOf(field, params[field.name])]));
}

function valueOf(field: Field, given: unknown): Value {
  if (given === null || given === undefined) return field.initial;
  if (field.type === "yes-no") return given === true;
  if (field.type === "list") return Array.isArray(given) ? given.map(String) : [];
  if (field.type === "pairs") return Object.entries(object(given)).map(([key, value]) => ({ key, value: String(value) }));
  return typeof given === "object" ? JSON.stringify(given) : String(given);
}

/** As the API wants them: what was left empty is left out, so that its own defaults hold. */
export function paramsOf(fields: readonly Field[], values: Values): Json {
  const params: Json = {};
  for (const field of fields) {
    const value = values[field.name] ?? field.initial;
    if (typeof value === "boolean") {
      if (value !== field.initial) params[field.name] = value;
    } else if (typeof value === "string") {
      const text = field.type === "long" ? value : value.trim();
      if (text) params[field.name] = field.type === "number" ? Number(text) : text;
    } else if (value.length > 0) {
      params[field.name] = field.type === "pairs" ? ofPairs(value as readonly Pair[]) : [...value];
    }
  }
  return params;
}

function ofPairs(pairs: readonly Pair[]): Record<string, string> {
  return Object.fromEntries(pairs.filter(({ key }) => key.trim()).map(({ key, value }) => [key.trim(), value]));
}

/** By name; only what the browser can know. The server judges the rest. */
export function wrongIn(fields: readonly Field[], values: Values): Record<string, Wrong> {
  const found: Record<string, Wrong> = {};
  for (const field of fields) {
    const wrong = wrongWith(field, values[field.name] ?? field.initial);
    if (wrong) found[field.name] = wrong;
  }
  return found;
}

function wrongWith(field: Field, value: Value): Wrong | null {
  if (typeof value !== "string") return field.required && typeof value !== "boolean" && value.length === 0 ? "required" : null;
  const text = value.trim();
  if (!text) return field.required ? "required" : null;
  if (field.type === "number") {
    if (!/^-?\d+$/.test(text)) return "notNumber";
    if (field.smallest !== undefined && Number(text) < field.smallest) return "tooSmall";
    if (field.largest !== undefined && Number(text) > field.largest) return "tooLarge";
    return null;
  }
  if (field.longest !== undefined && text.length > field.longest) return "tooLong";
  return field.pattern && !matches(field.pattern, text) ? "malformed" : null;
}

/** Patterns are written for another engine: one that this one cannot read refuses nothing here. */
function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern, "u").test(text);
  } catch {
    return true;
  }
}

function number(name: string, value: unknown): Record<string, number> {
  return typeof value === "number" ? { [name]: value } : {};
}

function object(value: unknown): Json {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Json) : {};
}
