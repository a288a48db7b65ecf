import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import type { Schemas } from "../../api/types";
import type { Form } from "./state";

export const ACTION = "instance.create";
export type Choice = Schemas["Choice"];
export type Choices = Schemas["ChoicesAnswer"];
const MOST = 50;

/** Everything that the form needs; with `only` and `search`, one of its lists. */
export function useChoices({ account, region, project, single }: Form, list?: { only: string; search: string }) {
  const query = {
    action: ACTION,
    limit: MOST,
    ...(region ? { region } : {}),
    ...(project ? { project } : {}),
    ...(single.flavor ? { flavor: single.flavor } : {}),
    ...(single.image ? { image: single.image } : {}),
    ...(list ? { only: [list.only] } : {}),
    ...(list?.search ? { search: list.search } : {}),
  };
  return useQuery({
    queryKey: ["resources", "choices", account, query],
    enabled: account !== "",
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => get("/api/v1/accounts/{name}/choices", { path: { name: account }, query, signal }),
  });
}

export function listOf(choices: Choices, param: string): Schemas["ChoiceList"] | undefined {
  return choices.lists.find((each) => each.param === param);
}

export function fieldOf(choices: Choices, name: string) {
  return choices.fields.find((each) => each.name === name);
}

export function ignoredIn(choices: Choices | undefined): ReadonlySet<string> {
  return new Set((choices?.fields ?? []).filter(({ ignored }) => ignored).map(({ name }) => name));
}
