"""Words for the days around today, by language.

The names are those of CLDR 48 (``dateFields``, Unicode License v3), which Babel leaves out, with a few spellings that
people use besides.  A row lists the day before yesterday, yesterday, today, tomorrow and the day after tomorrow; a
slash separates words for the same day, and an empty place means that the language has no word for it.
"""

from collections.abc import Mapping

_WORDS: Mapping[str, str] = {
    "af": "eergister|gister|vandag|môre|oormôre",
    "am": "ከትናንት ወዲያ|ትናንት|ዛሬ|ነገ|ከነገ ወዲያ",
    "ar": "أول أمس|أمس|اليوم|غدًا/غدا/بكرة|بعد الغد",
    "az": "|dünən|bu gün|sabah|",
    "be": "пазаўчора|учора|сёння|заўтра|паслязаўтра",
    "bg": "онзи ден|вчера|днес|утре|вдругиден",
    "bn": "গত পরশু|গতকাল|আজ|আগামীকাল|আগামী পরশু",
    "bs": "prekjučer|jučer|danas|sutra|prekosutra",
    "ca": "abans-d’ahir|ahir|avui/hui|demà|demà passat",
    "cs": "předevčírem|včera|dnes|zítra|pozítří",
    "cy": "echdoe|ddoe|heddiw|yfory|drennydd",
    "da": "i forgårs|i går/igår|i dag/idag|i morgen/imorgen|i overmorgen/overmorgen",
    "el": "προχθές|χθες/χτες|σήμερα|αύριο|μεθαύριο",
    "es": "anteayer|ayer|hoy|mañana|pasado mañana",
    "et": "üleeile|eile|täna|homme|ülehomme",
    "eu": "herenegun|atzo|gaur|bihar|etzi",
    "fa": "پریروز|دیروز|امروز|فردا|پس‌فردا",
    "fi": "toissa päivänä|eilen|tänään|huomenna|ylihuomenna",
    "fil": "Araw bago ang kahapon|kahapon|ngayong araw|bukas|Samakalawa",
    "fr": "avant-hier|hier|aujourd’hui|demain|après-demain",
    "ga": "arú inné|inné|inniu|amárach|arú amárach",
    "gl": "antonte|onte|hoxe|mañá|pasadomañá",
    "gu": "ગયા પરમદિવસે|ગઈકાલે|આજે|આવતીકાલે|પરમદિવસે",
    "he": "שלשום|אתמול|היום|מחר|מחרתיים",
    "hi": "परसों|कल|आज|कल|परसों",
    "hr": "prekjučer|jučer|danas|sutra|prekosutra",
    "hu": "tegnapelőtt|tegnap|ma|holnap|holnapután",
    "hy": "նախանցյալ օրը|երեկ|այսօր|վաղը|վաղը չէ մյուս օրը",
    "id": "kemarin dulu|kemarin|hari ini|besok|lusa",
    "is": "í fyrradag|í gær|í dag|á morgun|eftir tvo daga",
    "it": "l’altro ieri/ieri l’altro|ieri|oggi|domani|dopodomani",
    "ja": "一昨日|昨日|今日|明日|明後日",
    "ka": "გუშინწინ|გუშინ|დღეს|ხვალ|ზეგ",
    "kk": "алдыңгүні|кеше|бүгін|ертең|бүрсігүні",
    "kn": "ಮೊನ್ನೆ|ನಿನ್ನೆ|ಇಂದು|ನಾಳೆ|ನಾಡಿದ್ದು",
    "ko": "그저께|어제|오늘|내일|모레",
    "ky": "мурдагы күнү|кечээ|бүгүн|эртең|бүрсүгүнү",
    "lo": "ມື້ກ່ອນ|ມື້ວານ|ມື້ນີ້|ມື້ອື່ນ|ມື້ຮື",
    "lt": "užvakar|vakar|šiandien|rytoj|poryt",
    "lv": "aizvakar|vakar|šodien|rīt|parīt",
    "mk": "завчера|вчера|денес|утре|задутре",
    "ml": "മിനിഞ്ഞാന്ന്|ഇന്നലെ|ഇന്ന്|നാളെ|മറ്റന്നാൾ",
    "mn": "уржигдар|өчигдөр|өнөөдөр|маргааш|нөгөөдөр",
    "mr": "|काल|आज|उद्या|",
    "ms": "kelmarin|semalam|hari ini|esok/besok|lusa",
    "mt": "|lbieraħ|illum|għada|",
    "my": "တစ်နေ့က|မနေ့က|ယနေ့|မနက်ဖြန်|သန်ဘက်ခါ",
    "nb": "i forgårs|i går/igår|i dag/idag|i morgen/imorgen|i overmorgen/overmorgen",
    "ne": "अस्ति|हिजो|आज|भोलि|पर्सि",
    "nl": "eergisteren|gisteren|vandaag|morgen|overmorgen",
    "nn": "i førgår|i går|i dag|i morgon|i overmorgon",
    "no": "i forgårs|i går/igår|i dag/idag|i morgen/imorgen|i overmorgen/overmorgen",
    "pa": "|ਬੀਤਿਆ ਕੱਲ੍ਹ|ਅੱਜ|ਭਲਕੇ|",
    "pl": "przedwczoraj|wczoraj|dzisiaj/dziś|jutro|pojutrze",
    "pt": "anteontem|ontem|hoje|amanhã|depois de amanhã",
    "ro": "alaltăieri|ieri|azi/astăzi|mâine|poimâine",
    "ru": "позавчера|вчера|сегодня|завтра|послезавтра",
    "sk": "predvčerom|včera|dnes|zajtra|pozajtra",
    "sl": "predvčerajšnjim|včeraj|danes|jutri|pojutrišnjem/pojutri",
    "sq": "|dje|sot|nesër|",
    "sr": "прекјуче/prekjuče|јуче/juče|данас/danas|сутра/sutra|прекосутра/prekosutra",
    "sv": "i förrgår|i går/igår|i dag/idag|i morgon/imorgon|i övermorgon/övermorgon",
    "sw": "juzi|jana|leo|kesho|kesho kutwa",
    "ta": "நேற்று முன்தினம்|நேற்று|இன்று|நாளை|நாளை மறுநாள்",
    "te": "మొన్న|నిన్న|ఈ రోజు|రేపు|ఎల్లుండి",
    "th": "เมื่อวานซืน|เมื่อวาน|วันนี้|พรุ่งนี้|มะรืนนี้",
    "tr": "evvelsi gün|dün|bugün|yarın|öbür gün",
    "uk": "позавчора|учора/вчора|сьогодні|завтра|післязавтра",
    "ur": "گزشتہ پرسوں|گزشتہ کل|آج|آئندہ کل|آنے والا پرسوں",
    "uz": "|kecha|bugun|ertaga|",
    "vi": "Hôm kia|Hôm qua|Hôm nay|Ngày mai|Ngày kia",
    "zh": "前天|昨天|今天|明天|后天",
    "zu": "usuku olwandulela olwayizolo|izolo|namhlanje|kusasa|usuku olulandela olwakusasa",
}  # fmt: skip
"""By language (ISO 639); English and German have lexicons of their own."""


def list_day_words(language: str) -> dict[str, int]:
    """Return the words of a language with the days they are away from today; empty if the language is not listed."""
    # From the past on, because a word can be on both sides: Hindi “कल” is yesterday and tomorrow, and an appointment
    # is meant to come.
    return {
        word: ahead
        for ahead, words in enumerate(_WORDS.get(language, "").split("|"), start=-2)
        for word in words.split("/")
        if word
    }
