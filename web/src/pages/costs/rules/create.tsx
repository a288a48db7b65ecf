import { useQuery } from "@tanstack/react-query";

import { get } from "../../../api/client";
import { Shown } from "../../../parts/states";
import { RuleForm } from "./form";
import { exampleOf } from "./rule";

const STEP = 10;
/** The API keeps no more. */
const MOST = 500;

export default function NewRule() {
  const found = useQuery({ queryKey: ["costs", "rules", "all"], queryFn: ({ signal }) => get("/api/v1/allocation-rules", { query: { limit: MOST }, signal }) });
  return (
    <Shown whole of={found}>
      {({ items }) => <RuleForm name="" start={exampleOf(Math.floor(Math.max(0, ...items.map((each) => each.position)) / STEP + 1) * STEP)} />}
    </Shown>
  );
}
