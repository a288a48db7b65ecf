"""What the pages for signing in say, in English and Chinese side by side. Between backticks stand commands."""

from mcm.edge.tongue import Text

# Signing in.
SIGN_IN = Text("Sign in", "登录")
NAME = Text("Name", "用户名")
PASSWORD = Text("Password", "密码")
LOGIN_CODE = Text("Code of the second factor", "第二因素验证码")
LOGIN_CODE_HINT = Text(
    "of your authenticator, or a recovery code; if you have one", "验证器的验证码或恢复码；未设置则留空"
)
OR_SIGN_IN_WITH = Text("Or sign in with", "或通过以下方式登录")

# A password of one's own.
CHOOSE_PASSWORD = Text("Choose a password", "设置密码")
OLD_PASSWORD = Text("Old password", "原密码")
NEW_PASSWORD = Text("New password", "新密码")
PASSWORD_HINT = Text("12 to 128 characters; several words are best", "12 至 128 个字符；建议由多个词组成")
CHANGE_IT = Text("Change it", "修改")

# A command line that wants to be signed in.
DEVICE = Text("Sign a command line in", "登录命令行")
DEVICE_CODE = Text("Code that the command line shows", "命令行显示的代码")
GO_ON = Text("Go on", "继续")
DEVICE_QUESTION = Text("Is this you?", "这是您本人的操作吗？")
CODE = Text("Code", "代码")
CALLS_ITSELF = Text("It calls itself", "名称")
ASKED_FROM = Text("It asked from", "来源")
ASKED_AT = Text("It asked at", "请求时间")
SIGNED_IN_AS = Text("It will be signed in as", "登录身份")
FOR = Text("For", "有效时长")
HOURS = Text("{n} hours", "{n} 小时")
DEVICE_CARE = Text(
    "Say yes only if you started `mcm login` there yourself and it shows this code: it may then do all that you may "
    "do.",
    "仅当您本人在该处执行了 `mcm login` 且其显示此代码时才可同意：同意后它将拥有您的全部权限。",
)
YES = Text("Yes, I started this", "是，由我发起")
NO = Text("No", "否")
DONE = Text("Done", "完成")
DEVICE_ALLOWED = Text("The command line is signed in; you can close this page.", "命令行已登录，您可以关闭此页面。")
DEVICE_REFUSED = Text("It was refused.", "已拒绝。")

# The first administrator.
SET_UP = Text("Set-up", "初始设置")
FIRST_ADMINISTRATOR = Text("Make the first administrator", "创建首个管理员")
YOUR_NAME = Text("Your user name", "您的用户名")
OWN_PASSWORD = Text("A password of your own", "您的密码")
SEPARATE = Text(
    "Separate duties: nobody holds two of system administrator, security administrator and auditor. You will be "
    "security administrator only.",
    "三员分立：任何人不得同时担任系统管理员、安全管理员、审计员中的两项。您将仅担任安全管理员。",
)
MAKE_IT = Text("Make it", "创建")
IS_SET_UP = Text("mcm is set up", "mcm 已完成设置")
SIGNED_IN_NOW = Text("You are signed in as", "您已登录，用户名：")
THE_OTHER_TWO = Text(
    "Duties are separated. Make the other two administrators now, for two other people:",
    "已启用三员分立。请立即为另外两位人员创建其余两个管理员：",
)
THE_OTHERS = Text("Make users for the others:", "请为其他人员创建用户：")
TO_THE_CONSOLE = Text("To the console", "前往控制台")
SET_UP_NAME = Text(
    "A name has letters, digits and . _ @ + - and begins with a letter or digit; a password is needed.",
    "用户名由字母、数字和 . _ @ + - 组成，并以字母或数字开头；密码不能为空。",
)

# One's own sessions, second factor and tokens.
SECURITY = Text("Sign-in and security", "登录与安全")
YOU_ARE = Text("You are signed in as", "当前登录用户：")
CHANGE_PASSWORD = Text("Change the password", "修改密码")
BACK_TO_SECURITY = Text("Back to sign-in and security", "返回登录与安全")
SESSIONS = Text("Sessions", "会话")
SESSION_SINCE = Text("Signed in", "登录时间")
LAST_USED = Text("Last used", "最近使用")
SESSION_FROM = Text("From", "来源")
SESSION_WITH = Text("With", "客户端")
THIS_ONE = Text("this one", "当前会话")
END = Text("End", "结束")
END_OTHERS = Text("End all others", "结束其他所有会话")
SECOND_FACTOR = Text("Second factor", "第二因素")
NO_FACTOR = Text("None yet: the password alone lets you in.", "尚未设置：仅凭密码即可登录。")
SET_FACTOR_UP = Text("Set one up", "设置")
FACTOR_SINCE = Text("On since {since}; {left} recovery codes are left.", "自 {since} 起启用；剩余恢复码 {left} 个。")
NEW_CODES = Text("New recovery codes", "生成新的恢复码")
MOVE_FACTOR = Text("Move it to another app", "更换验证器")
REMOVE_FACTOR = Text("Remove it", "移除")
ENROL = Text("Set up the second factor", "设置第二因素")
ENROL_HOW = Text(
    "Enter this key in your authenticator app (time based, six digits, 30 seconds). It is shown this one time, and "
    "counts when a code of it has come back.",
    "在验证器应用中输入此密钥（基于时间，六位数字，30 秒）。密钥仅显示这一次，输入一次由它生成的验证码后才生效。",
)
OPEN_AUTHENTICATOR = Text("Open it in an authenticator on this device", "在本设备的验证器中打开")
CODE_NOW = Text("Code that the app shows now", "应用当前显示的验证码")
CONFIRM = Text("Confirm", "确认")
RECOVERY_CODES = Text("Recovery codes", "恢复码")
CODES_ONCE = Text(
    "Each opens the door once when the authenticator is not at hand. Keep them now: they are not shown again.",
    "验证器不在身边时，每个恢复码可使用一次。请立即保存，恢复码不会再次显示。",
)
TOKENS = Text("API tokens", "API 令牌")
TOKEN_NAME = Text("Name", "名称")
TOKEN_UNTIL = Text("Holds until", "有效期至")
TOKEN_ENDS_WITH = Text("Ends with", "随之失效")
REVOKE = Text("Revoke", "撤销")
TOKEN_FOR = Text("What it is for", "用途")
TOKEN_DAYS = Text("Days, 366 at most", "有效天数，最多 366")
TOKEN_WHAT = Text(
    "For programs. It may do all that you may do, and outlives this session. `mcm token create` makes one that may do "
    "less.",
    "供程序使用，权限与您相同，不随本次会话失效。如需限制权限，请使用 `mcm token create`。",
)
MAKE_TOKEN = Text("Make a token", "创建令牌")
THE_TOKEN = Text("The token", "令牌")
TOKEN_ONCE = Text("Keep it now: it is not shown again.", "请立即保存，令牌不会再次显示。")
IS_IT_YOU = Text("Is it you?", "请验证身份")
FRESH_PROOF = Text("This needs a fresh proof of who you are.", "此操作需要重新验证您的身份。")
PROOF_CODE = Text("Code of your authenticator, or a recovery code", "验证器的验证码，或恢复码")
EVERY: dict[str, Text] = {name: text for name, text in globals().items() if isinstance(text, Text)}
