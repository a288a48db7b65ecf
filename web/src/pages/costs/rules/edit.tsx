import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";

import { get } from "../../../api/client";
import { Shown } from "../../../parts/states";
import { RuleForm } from "./form";
import { documentOf } from "./rule";

export default function EditRule() {
  const { rule: name = "" } = useParams();
  const found = useQuery({
    queryKey: ["costs", "rule", name],
    queryFn: ({ signal }) => get("/api/v1/allocation-rules/{name}", { path: { name }, signal }),
  });
  return <Shown whole of={found}>{(rule) => <RuleForm key={rule.version} name={rule.name} start={documentOf(rule.document)} />}</Shown>;
}
