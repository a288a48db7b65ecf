import SpaceBetween from "@cloudscape-design/components/space-between";

import type { Schemas } from "../../api/types";
import { useTerm, useTexts } from "../../i18n/use-texts";
import { useWord } from "../../parts/deciding/word";
import { plain } from "../../parts/plain";
import { texts } from "./violation-texts";

/** How it can be reached, in a few words. */
export function Exposure({ of }: { of: Schemas["ViolationItem"]["exposure"] }) {
  const t = useTexts(texts);
  const term = useTerm();
  const say = useWord();
  const addresses = Array.isArray(of["public_ips"]) ? of["public_ips"].map(String) : [];
  const parts = [
    typeof of["ownership"] === "string" ? term("ownership", of["ownership"]) : "",
    typeof of["state"] === "string" ? term("state", of["state"]) : "",
    typeof of["data_class"] === "string" ? say("dataClass", of["data_class"]) : "",
  ].filter(Boolean);
  return (
    <SpaceBetween size="xxxs">
      <span>{parts.join(" · ") || "–"}</span>
      {addresses.length > 0 ? (
        <span>
          {t("publicIps")}: {plain(addresses.join(", "))}
        </span>
      ) : null}
    </SpaceBetween>
  );
}
