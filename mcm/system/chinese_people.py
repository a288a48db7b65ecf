"""The error codes about people, their doors and their roles, in Chinese."""

from mcm.system.explained import Explanation

OF_PEOPLE: dict[str, Explanation] = {
    "beyond_reach": Explanation(
        "该用户或位置不在您的管理范围内，或该用户拥有您不能授予的角色。",
        "请联系负责整体管理的人员，或有权授予这些角色的人员。",
    ),
    "code_needed": Explanation(
        "密码正确，还需要第二因素的验证码。", "请连同密码输入验证器显示的验证码（API 中为 `code`）；也可以使用恢复码。"
    ),
    "confirmation_needed": Explanation(
        "敏感操作需要 15 分钟以内的身份验证。", "请再次输入密码（POST /api/v1/auth/confirm），然后重试。"
    ),
    "device_denied": Explanation(
        "已登录的人员拒绝了该命令行，或其账号已不能登录。", "请与对方确认，或重新执行 `mcm login`。"
    ),
    "device_expired": Explanation("十分钟内无人应答，或代码已被使用。", "请重新执行 `mcm login`。"),
    "device_not_found": Explanation(
        "没有命令行在等待此代码：输入有误、已应答，或已超过十分钟。",
        "请与命令行显示的代码核对；代码有效期为十分钟。",
    ),
    "device_pending": Explanation("尚无人应答该命令行的请求。", "无需处理：它会再次询问。"),
    "device_slow_down": Explanation("命令行的询问过于频繁。", "无需处理：它会延长等待时间。"),
    "duties_collide": Explanation(
        "已启用三员分立：任何人不得同时担任系统管理员、安全管理员、审计员中的两项。",
        "请将该角色授予他人，或关闭三员分立：`mcm user separation off`。",
    ),
    "foreign_request": Explanation(
        "一个变更请求带有会话 Cookie，但并非来自本服务器的页面。",
        "请将 GET /api/v1/auth/session 的 csrf_token 作为 X-CSRF-Token 发送；在代理之后请设置 MCM_PUBLIC_URL。",
    ),
    "last_administrator": Explanation("此后将没有可登录的人员能管理用户。", "请先将全局的安全管理员角色授予另一用户。"),
    "login_failed": Explanation(
        "用户名、密码或验证码不正确，或该用户不能登录。具体原因不予说明。", "请重试；管理员可以重设密码。"
    ),
    "no_user": Explanation(
        "此功能供拥有密码、会话或令牌的用户使用，您当前并非此类用户。",
        "请用 `mcm user create NAME` 创建用户，然后执行 `mcm login`。",
    ),
    "not_authenticated": Explanation("mcm 不知道请求来自谁。", "请登录，或发送令牌。"),
    "nothing_lost": Explanation(
        "现有主密钥可以解开已存数据，没有需要放弃的内容。", "无需处理；`mcm keys rotate` 可更换密钥。"
    ),
    "oidc_login_failed": Explanation(
        "浏览器带回的应答不属于其发起的任何登录，或已被使用过。", "请在同一浏览器中于十分钟内重新登录。"
    ),
    "oidc_not_allowed": Explanation(
        "OpenID 身份提供方认识此人，但 mcm 不允许其登录：未知、已停用或属于其他域。",
        "请联系管理员；`mcm oidc show NAME` 显示该提供方是否自动添加用户以及允许的域。",
    ),
    "oidc_provider_exists": Explanation("该名称已被使用。", "请换一个名称，或修改已有的身份提供方。"),
    "oidc_provider_not_found": Explanation(
        "没有此名称或 ID 的 OpenID 身份提供方。", "`mcm oidc list` 可列出所有提供方。"
    ),
    "oidc_token_refused": Explanation(
        "OpenID 身份提供方的应答不能证明登录者身份：签名、受众、登录或时间不符。",
        "请重新登录。若仍失败，请核对客户端 ID、密钥、重定向地址以及双方时钟。",
    ),
    "oidc_unavailable": Explanation(
        "OpenID 身份提供方没有响应，或应答不符合标准。其他登录方式不受影响。",
        "请使用本地账号登录；管理员可执行 `mcm oidc check NAME` 查看原因。",
    ),
    "password_refused": Explanation(
        "密码过短、过长或容易被猜到。", "请使用由多个词组成的密码，长度 12 至 128 个字符。"
    ),
    "passwords_busy": Explanation(
        "同时校验的密码数已达内存上限，本次尝试不计入。",
        "请几秒后重试。若持续出现，可能有人在试探密码：请在代理处限制。",
    ),
    "project_not_known": Explanation(
        "通过该账号从未读取到此 ID 的项目：输入有误、填写的是名称，或项目尚不存在。",
        "`mcm resource list --kind project -c name,native_id` 可列出 ID；"
        "`mcm role bind … --unknown-project` 可仍然绑定。",
    ),
    "secrets_lost": Explanation(
        "账号的密钥数据随丢失的主密钥一同失效；账号已暂停，重新输入前不做任何操作。",
        "请重新输入：`mcm account update NAME --secret …`，账号会随之恢复。",
    ),
    "session_not_found": Explanation("您没有此 ID 的会话，它可能已结束。", "请查看您的会话列表。"),
    "setup_closed": Explanation(
        "首个管理员的链接已被使用、已超过一小时，或从未生成。",
        "请重启 `mcm serve` 以获取新链接，或在数据库所在机器上执行 `mcm user create --admin NAME`。",
    ),
    "token_not_found": Explanation("没有此 ID 的 API 令牌。", "`mcm token list` 可列出现有令牌。"),
    "too_many_attempts": Explanation(
        "使用此名称或来自此地址的失败尝试过多；每次失败后等待时间都会延长。",
        "请等待提示的秒数后再试。",
    ),
    "user_exists": Explanation("该名称已被使用。", "请换一个名称。"),
    "user_not_found": Explanation("没有此名称或 ID 的用户。", "`mcm user list` 可列出所有用户。"),
}
