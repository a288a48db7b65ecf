import { type ReactNode, useMemo, useState } from "react";

import type { Action } from "../actions";
import { ParamsForm } from "./params-form";
import { fieldsOf, paramsOf, type Values, valuesOf, wrongIn } from "./schema";

interface Typed {
  params: Record<string, unknown>;
  /** Whether something that is needed is missing, or not as it must be. */
  lacking: boolean;
  /** null: the action takes none. */
  form: ReactNode;
}

/** The parameters of an action that a page asks for; what was typed for one stays while another is looked at. */
export function useParams(action: Action | undefined, start: { action: string; params: Record<string, unknown> } | null = null): Typed {
  const id = action?.id ?? "";
  const [typed, setTyped] = useState<Readonly<Record<string, Values>>>({});
  const fields = useMemo(() => fieldsOf(action?.params), [action]);
  const values = typed[id] ?? valuesOf(fields, start?.action === id ? start.params : {});
  const wrong = wrongIn(fields, values);
  return {
    // As long as nobody knows what it takes, what it was given stays.
    params: action || !start ? paramsOf(fields, values) : start.params,
    lacking: Object.keys(wrong).length > 0,
    form: fields.length > 0 ? <ParamsForm key={id} fields={fields} values={values} wrong={wrong} onChange={(name, value) => setTyped((before) => ({ ...before, [id]: { ...values, [name]: value } }))} /> : null,
  };
}
