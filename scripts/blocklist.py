"""Writes mcm/identity/commonest_passwords.txt: `python -m scripts.blocklist`.

Made of what people are known to choose (words, names, places, teams, keyboard walks, years) and how they stretch it to
a demanded length. Short ones are in it because the check also looks at what is left without digits around it.
"""

from itertools import product
from pathlib import Path

FILE = Path(__file__).resolve().parents[1] / "mcm" / "identity" / "commonest_passwords.txt"
WORDS = """
password passwort passord motdepasse contrasena senha wachtwoord haslo parola salasana heslo lozinka sifre mima mima
admin administrator root superuser sysadmin operator manager user username guest test tester testing demo default
changeme changeit letmein letmeinnow welcome willkommen bienvenue bienvenido hello helloworld login signin secret
topsecret private access openstack vmware vsphere vcenter cloud cloudadmin kubernetes docker ansible terraform server
network security firewall system database oracle postgres mysql mongodb redis jenkins gitlab github linux ubuntu debian
centos redhat windows microsoft google amazon azure alibaba tencent huawei office company corporate enterprise internet
computer laptop desktop keyboard monitor printer iphone samsung android
qwerty qwertyuiop qwertz qwertzuiop azerty azertyuiop asdfgh asdfghjkl zxcvbn zxcvbnm qazwsx qazwsxedc 1q2w3e 1q2w3e4r
1q2w3e4r5t 1qaz2wsx 1qaz2wsx3edc zaq12wsx q1w2e3r4 q1w2e3r4t5 qweasd qweasdzxc asdqwe zxcasdqwe poiuytrewq lkjhgfdsa
mnbvcxz abc123 abcd1234 abcdef abcdefgh abcdefghijkl a1b2c3 a1b2c3d4 123abc 123qwe qwe123 asd123 zxc123 pass123 test123
iloveyou iloveu loveyou loveme mylove lovely forever whatever trustno1 sunshine moonlight starlight rainbow butterfly
princess prince queen king angel angels devil dragon monster shadow master hunter killer ninja samurai warrior soldier
superman batman spiderman ironman wonderwoman starwars startrek pokemon pikachu mario zelda minecraft fortnite matrix
football fussball futbol soccer baseball basketball hockey tennis golfer cricket rugby liverpool chelsea arsenal
manchester barcelona realmadrid juventus bayern dortmund benfica yankees cowboys steelers lakers eagles tigers lions
dolphin dolphins panther panthers tiger lion eagle falcon phoenix wolf bear horse horses pony kitty kitten puppy doggie
bailey buddy charlie maggie molly lucky ginger pepper cookie cookies cheese chocolate banana orange apple strawberry
coffee whiskey vodka corona guitar music rocknroll metallica nirvana slipknot eminem beatles elvis
michael jordan jennifer jessica ashley amanda nicole michelle daniel daniela andrea andrew anthony robert thomas william
joseph christopher matthew joshua david james john george richard charles steven kevin brian jason justin brandon
samantha elizabeth stephanie heather melissa danielle rachel rebecca sarah laura katherine victoria patricia barbara
alexander alexandra sebastian maximilian benjamin jonathan nicholas patrick vincent francesco giovanni alessandro
carlos fernando gabriel miguel antonio sergey vladimir natasha svetlana tatiana dmitry ivan olga marina irina
wangwei liwei zhangwei woaini woaini1314 5201314 520520 1314520 aini1314 nihao zhongguo beijing shanghai shenzhen
hongkong taiwan london paris berlin munich hamburg madrid lisbon moscow newyork chicago boston dallas houston miami
california texas florida america england germany france spain italy brasil brazil argentina mexico canada australia
india pakistan china japan korea vietnam indonesia turkey russia ukraine poland
january february march april june july august september october november december monday tuesday wednesday thursday
friday saturday sunday spring summer autumn winter easter christmas halloween
mercedes porsche ferrari lamborghini mustang camaro corvette harley yamaha toyota honda nissan
freedom liberty peace blessed jesus jesuschrist christ church heaven faith godisgood believe
babygirl babyboy sweetheart sweety honey darling flower flowers rose jasmine lavender diamond silver golden purple
yellow orange green blue black white brown pink scorpion cancer gemini taurus pisces
"""
ENDINGS = """
1 12 123 1234 12345 123456 1234567 12345678 123456789 1234567890 ! !! !!! 1! 12! 123! 1234! 01 007 11 111 1111 000 0000
69 77 88 99 666 777 888 999 2000 2010 2015 2018 2019 2020 2021 2022 2023 2024 2025 2026 2027 @123 @1234 @2024 @2025
@2026 #1 #123 _123 abc qwe
"""
PHRASES = """
correcthorsebatterystaple passwordpassword adminadmin letmeinletmein welcomewelcome thisismypassword mypassword
mypasswordis ihatepasswords iforgotmypassword nopassword newpassword oldpassword temppassword temporarypassword
supersecretpassword defaultpassword rootpassword adminpassword userpassword masterpassword thepassword yourpassword
passwordadmin passwordforadmin changethispassword changemenow changemeplease pleasechangeme pleaseletmein
qwertyuiopasdfghjkl qwertyuiopasdfghjklzxcvbnm 1qazxsw23edcvfr4 1qaz2wsx3edc4rfv zaq1xsw2cde3vfr4 qazwsxedcrfv
!qaz2wsx#edc4rfv 1q2w3e4r5t6y 1q2w3e4r5t6y7u 1q2w3e4r5t6y7u8i q1w2e3r4t5y6 abcd1234abcd abcdabcdabcd
iloveyouforever iloveyousomuch iloveyoubaby ilovemyself ilovemyfamily iloveyou3000 ihateyou fuckyou fuckoff
maytheforcebewithyou tobeornottobe onceuponatime happybirthday merrychristmas godblessyou godisgreat jesuslovesyou
jesusislord inshallah alhamdulillah woaiwojia zhongguoren 123456789qwerty qwerty123456789 password123456789
administrator1 administrator123 manunited manchesterunited realmadrid1902 fcbarcelona thankyou opensesame sesameopen
letthemeatcake lookatmenow youshallnotpass winteriscoming gameofthrones harrypotter lordoftherings starwarsfan
987654321098 112233445566 121212121212 123123123123 123412341234 123456123456 147258369147 159357159357 741852963741
"""


def main() -> None:
    words = WORDS.split()
    stretched = (word + ending for word, ending in product(words[:150], ENDINGS.split()) if len(word + ending) >= 12)
    FILE.write_text("\n".join(sorted({*words, *PHRASES.split(), *stretched})) + "\n")


if __name__ == "__main__":
    main()
