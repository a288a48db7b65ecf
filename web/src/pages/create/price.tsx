import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import { useSession } from "../../api/session";
import { useTexts } from "../../i18n/use-texts";
import { useSettled } from "../../parts/deciding/use-settled";
import { QuoteShown } from "../../parts/quoting/quote";
import { NoPermission, Shown } from "../../parts/states";
import { quoteOf } from "./pricing";
import type { Form } from "./state";
import { texts } from "./texts";
import { type Choice, type Choices, ignoredIn, listOf, useChoices } from "./use-choices";

interface Props {
  form: Form;
  choices: Choices | undefined;
  /** With every line of it. */
  open?: boolean;
}

/** What the chosen size and disk would cost there, by whose price of which day; or why nobody knows. */
export function Price({ form, choices, open = false }: Props) {
  const t = useTexts(texts);
  const may = useSession().may("cost.read");
  const flavor = useChosen(form, choices, "flavor", form.single.flavor ?? "");
  const image = useChosen(form, choices, "image", form.single.image ?? "");
  const wanted = quoteOf({ form, region: form.region || (choices?.region ?? ""), flavor, image, ignored: ignoredIn(choices) });
  const asked = wanted ? JSON.stringify(wanted) : "";
  // Numbers are typed digit by digit.
  const settled = useSettled(asked);
  const found = useQuery({
    queryKey: ["costs", "quote", settled],
    enabled: may && settled !== "" && asked !== "",
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => get("/api/v1/costs/quote", { query: JSON.parse(settled) as NonNullable<typeof wanted>, signal }),
  });
  return (
    <Container header={<Header variant="h2" description={t("priceHint")}>{t("price")}</Header>}>
      {!may ? (
        <NoPermission permission="cost.read" />
      ) : !wanted ? (
        <Box color="text-body-secondary">{t("priceLacks")}</Box>
      ) : (
        <Shown of={found}>{(quote) => <QuoteShown of={quote} open={open} />}</Shown>
      )}
    </Container>
  );
}

/** Also one that is not among the first of the list. */
function useChosen(form: Form, choices: Choices | undefined, param: "flavor" | "image", chosen: string): Choice | undefined {
  const isIt = (each: Choice) => each.native_id === chosen || each.name === chosen;
  const known = chosen && choices ? listOf(choices, param)?.items.find(isIt) : undefined;
  const missing = chosen !== "" && choices !== undefined && known === undefined;
  const found = useChoices(missing ? form : { ...form, account: "" }, { only: param, search: chosen });
  return known ?? (missing && found.data ? listOf(found.data, param)?.items.find(isIt) : undefined);
}
