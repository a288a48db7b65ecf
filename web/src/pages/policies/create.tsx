import { useAddress } from "../../parts/use-address";
import { Shown } from "../../parts/states";
import { PolicyForm } from "./form";
import { useLibrary } from "./library";

/** What a policy looks like, for whoever begins with an empty page. */
const EMPTY = `apiVersion: mcm/v1
kind: PlacementPolicy
id: my-policy
title: ""
severity: medium
mode: audit
rule:
  require:
    when: {data_class: [confidential, restricted]}
    location: {ownership: private}
examples:
  - name: confidential on public
    expect: deny
    facts: {workload.data_class: confidential, location.ownership: public}
`;

export default function NewPolicy() {
  const from = useAddress().value("from");
  return from ? <FromLibrary name={from} /> : <PolicyForm id="" start={EMPTY} />;
}

function FromLibrary({ name }: { name: string }) {
  const found = useLibrary();
  return <Shown whole of={found}>{({ items }) => <PolicyForm key={name} id="" start={items.find((each) => each.name === name)?.document ?? EMPTY} />}</Shown>;
}
