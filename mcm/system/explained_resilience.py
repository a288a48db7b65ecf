"""What the error codes of availability mean, in English and Chinese."""

from mcm.system.explained import Explanation

OF_RESILIENCE: dict[str, Explanation] = {
    "application_not_found": Explanation(
        "No instance that the caller sees is labelled or tagged as of this application.",
        "Label its instances with `application`; the cloud's tags `application`, `app` and `workload` count too.",
    ),
}
OF_RESILIENCE_ZH: dict[str, Explanation] = {
    "application_not_found": Explanation(
        "您可查看的实例中没有标记为该应用的。",
        "请为其实例添加标签 `application`；云端标签 `application`、`app`、`workload` 同样有效。",
    ),
}
