"""The words that `screen.py` looks for, as data: what sellers write, and what people in distress write.

All are compared in the form of `screen.normal`: small letters, no accents, one space between words; the words of
crisis also with runs of a letter as one, so that "SUICIIIDE", "suicidé" and "suicide" are one word. Collected by the
developers from the kinds of mail that contact forms get; measured by `benchmarks/screening`.

What real people write to a ketamine site is never here: no drug's name, no illness, no price, no "buy".
"""

# Cyrillic letters look like Latin ones:
# ruff: noqa: RUF001
from __future__ import annotations

__all__ = ["DISTRESS", "DISTRESS_ANYWHERE", "SALES", "SHORTENERS", "TRUSTED", "WEAK"]

#: Beginnings of words and phrases of crisis, matched at the start of a word; several languages, misspellings seen.
#: Wide on purpose: spam that names suicide reaches the team, and that is the right side to err on.
DISTRESS = (
    # English
    "suicid", "suicd", "suiside", "sucide", "sucidal", "suisidal", "suicde", "sooicid", "unalive",
    "kill myself", "kill my self", "killing myself", "killing my self", "kil myself", "hang myself", "shoot myself",
    "end my life", "ending my life", "end my own life", "take my life", "taking my life", "take my own life",
    "ending it all", "end it all", "end it tonight", "end things tonight",
    "want to die", "wanna die", "wan to die", "wnt to die", "want too die", "wish i was dead", "wish i were dead",
    "wish i could die", "rather be dead", "going to die", "gonna die", "ready to die", "let me die", "just die",
    "better off dead", "better off without me", "better of without me", "better off if i was gone",
    "dont want to live", "do not want to live", "dont wanna live", "dont want to be alive", "not want to be alive",
    "dont want to be here anymore", "dont want to wake up", "hope i dont wake up", "never wake up",
    "no reason to live", "nothing to live for", "nothing left to live for", "no point in living", "no point living",
    "tired of living", "tired of being alive", "life is not worth", "life isnt worth", "not worth living",
    "cant go on", "can not go on", "cannot go on", "cant do this anymore", "cant do it anymore", "cant take it anymore",
    "cant take this anymore", "cant live like this", "cant keep living", "cant hold on", "cant cope anymore",
    "hurt myself", "hurting myself", "harm myself", "harming myself", "self harm", "selfharm", "cut myself",
    "cutting myself", "cutting again", "cut again", "kms", "overdos", "over dosed", "od on ", "took all my pills",
    "took too many",
    "take all my pills", "all the pills", "swallow all", "goodbye note", "said my goodbyes", "saying goodbye to",
    "my will is written", "jump off", "jump from the", "jump in front", "loaded gun", "my gun",
    "noose", "rope ready", "please help me", "help me please", "help me pls", "pls help me", "plz help me",
    "somebody help", "someone help",
    "anyone help me", "help me now", "need help now", "need help right now", "need help tonight", "emergency help",
    "in crisis", "crisis line", "hotline", "call 988", "called 988", "text 988", "988",
    "he will kill", "she will kill", "kill himself", "kill herself", "killed himself", "killed herself",
    "kill themsel", "wants to die", "hurt himself", "hurt herself", "hear voices", "hearing voices", "hopeless",
    "cant breathe", "not safe at home", "he hits me", "he beats me", "raped", "abusing me",
    # Spanish
    "suicidio", "suicidar", "matarme", "me quiero matar", "me voy a matar", "quiero morir", "quisiera morir",
    "deseo morir", "ganas de morir", "mejor muert", "no quiero vivir", "ya no quiero vivir", "no quiero seguir",
    "no quiero despertar", "no quiero estar aqui", "quitarme la vida", "quitar la vida", "acabar con mi vida",
    "acabar con todo", "terminar con mi vida", "terminar con todo", "hacerme dano", "me hago dano", "cortarme",
    "no puedo mas", "ya no aguanto", "no aguanto mas", "no le encuentro sentido", "no vale la pena vivir",
    "sin esperanza", "sobredosis", "me tome todas", "necesito ayuda urgente", "ayuda por favor", "por favor ayuda",
    "ayudenme", "ayudame", "quiere morir", "quiere matarse", "se quiere matar", "estoy desesperad",
    # French, German, Portuguese, Italian
    "me suicider", "envie de mourir", "veux mourir", "me tuer", "en finir avec la vie", "au secours", "aidez moi",
    "selbstmord", "suizid", "umbringen", "will sterben", "will nicht mehr leben", "kann nicht mehr", "hilfe bitte",
    "bitte hilfe", "quero morrer", "me matar", "tirar minha vida", "nao aguento mais", "me ajud",
    "voglio morire", "uccidermi", "togliermi la vita", "non ce la faccio piu", "aiutatemi",
)  # fmt: skip
#: The same in scripts without small letters or without spaces between words: matched anywhere.
DISTRESS_ANYWHERE = (
    "самоуби", "суицид", "хочу умереть", "не хочу жить", "убить себя", "покончить с собой", "помогите",
    "самогуб", "хочу померти", "自杀", "自殺", "想死", "不想活", "死にたい", "消えたい", "자살", "죽고 싶", "죽고싶",
    "انتحار", "أريد أن أموت", "اريد ان اموت", "اقتل نفسي", "ساعدوني", "आत्महत्या", "मरना चाहता", "मरना चाहती",
    "tự tử", "muốn chết", "muon chet", "magpakamatay", "gusto ko nang mamatay",
)  # fmt: skip

#: Kind of sale → phrases, matched as whole words. One says little ("I lost my savings in crypto"), several a lot.
SALES: dict[str, tuple[str, ...]] = {
    "seo": (
        "first page of google", "page one of google", "page 1 of google", "top of google", "rank on google",
        "google ranking", "google rankings", "rank higher", "ranking higher", "rankings", "search rankings",
        "search engine ranking", "search engine optimization", "seo", "seo services", "seo service", "seo agency",
        "seo company", "seo expert", "seo experts", "seo audit", "seo report", "seo specialist", "seo package",
        "seo packages", "backlink", "backlinks", "back links", "link building", "link insertion", "link insertions",
        "link exchange", "link placement", "dofollow", "do follow", "guest post", "guest posts", "guest posting",
        "guest article", "sponsored post", "sponsored posts", "sponsored article", "sponsored content",
        "domain authority", "domain rating", "high da", "da 50", "da50", "organic traffic", "targeted traffic",
        "website traffic", "web traffic", "traffic to your website", "traffic to your site", "more traffic",
        "your keywords", "top keywords", "serp", "page rank", "pbn", "indexed by google", "google my business",
        "google maps ranking", "local seo", "google ads", "adwords", "posicionamiento web", "posicionamiento seo",
        "primera pagina de google", "enlaces de calidad", "продвижение сайта", "продвижение сайтов",
    ),
    "marketing": (
        "contact form marketing", "contact form submission", "contact form submissions", "contact form messages",
        "via contact forms", "through contact forms", "your contact form", "website contact forms", "message blast",
        "email marketing", "email list", "email lists", "mailing list of", "contact list", "verified leads",
        "lead generation", "qualified leads", "more leads", "generate leads", "more customers", "new customers",
        "get more clients", "more patients", "grow your business", "growing your business", "your business grow",
        "boost your sales", "increase your sales", "increase sales", "boost your revenue", "increase your revenue",
        "your roi", "conversion rate", "conversions", "convert visitors", "website redesign", "redesign your website",
        "redesign your site", "web design", "web design services", "website design", "web development",
        "web development company", "wordpress developer", "wordpress development", "app development",
        "mobile app development", "software development company", "outsourcing", "offshore team", "virtual assistant",
        "virtual assistants", "graphic design", "logo design", "explainer video", "explainer videos",
        "promotional video", "social media management", "social media marketing", "digital marketing",
        "digital marketing agency", "marketing agency", "instagram followers", "followers", "real followers",
        "likes and followers", "youtube views", "5 star reviews", "five star reviews", "google reviews",
        "negative reviews", "remove negative", "reputation management", "wikipedia page", "press release",
        "press coverage", "featured in forbes", "podcast guests", "chatbot for your", "ai chatbot", "ai agent",
        "ai powered platform", "white label", "free trial", "free demo", "no obligation", "limited time offer",
        "special offer", "exclusive offer", "discount code", "promo code", "money back guarantee", "100 guaranteed",
        "act now", "book a quick call", "schedule a quick call", "15 minute call", "10 minute call", "quick chat",
        "hop on a call", "jump on a call", "are you the right person", "right person to speak", "your competitors",
        "our portfolio", "our pricing", "price list", "affordable price", "affordable prices", "affordable packages",
        "our packages", "we specialize in", "we are a leading", "leading provider of", "leading manufacturer",
        "manufacturer of", "wholesale price", "wholesale prices", "bulk order", "bulk orders", "catalogue",
        "our factory", "dear business owner", "dear website owner", "dear site owner", "dear webmaster",
        "hello webmaster", "dear sir madam", "opt out", "unsubscribe", "to be removed", "reply stop", "reply with stop",
        "remove your website from", "business directory", "directory listing", "list your business", "screen recording",
        "diseno web", "mas clientes", "aumentar sus ventas", "aumentar tus ventas",
    ),
    "money": (
        "bitcoin", "btc", "crypto", "cryptocurrency", "crypto currency", "ethereum", "usdt", "tether", "nft", "nfts",
        "blockchain", "token presale", "presale", "airdrop", "wallet address", "trading bot", "trading signals",
        "trading platform", "forex", "forex trading", "binary options", "passive income", "financial freedom",
        "earn money", "make money online", "earn from home", "work from home and earn", "per day from home",
        "investment opportunity", "investment plan", "invest just", "guaranteed profit", "guaranteed returns",
        "daily profit", "double your money", "return on investment", "high returns", "get rich", "quick profit",
        "business loan", "business loans", "business funding", "working capital", "loan offer", "loan approval",
        "pre approved", "preapproved", "low interest loan", "unsecured loan", "merchant cash advance", "line of credit",
        "interest rate of", "million dollars", "million usd", "million us dollars", "usd million", "next of kin",
        "inheritance", "beneficiary", "late client", "deceased client", "barrister", "wire transfer",
        "bank transfer of", "lottery", "you have won", "you won", "gift card", "gift cards", "claim your prize",
        "claim your reward", "cash prize", "donation of", "криптовалют", "заработок", "инвестиции", "ganar dinero",
        "ingresos pasivos", "prestamo rapido",
    ),
    "gambling": (
        "casino", "online casino", "casinos", "slots", "slot machine", "free spins", "jackpot", "sportsbook",
        "sports betting", "betting site", "betting tips", "place your bets", "poker", "roulette", "blackjack",
        "baccarat", "no deposit bonus", "deposit bonus", "welcome bonus", "bonus code", "betting", "1xbet", "mostbet",
        "pin up", "mega jackpot", "judi online", "slot gacor", "togel", "казино", "ставки на спорт", "игровые автоматы",
    ),
    "pills": (
        "no prescription needed", "no prescription required", "without prescription needed", "no rx",
        "no script needed", "online pharmacy", "canadian pharmacy", "cheap meds", "cheap pills", "pills online",
        "pills for sale", "meds for sale", "for sale online", "discreet shipping", "discreet packaging",
        "discreet delivery", "stealth shipping", "overnight shipping", "overnight delivery", "worldwide shipping",
        "fast shipping", "we ship", "we sell", "we supply", "we deliver worldwide", "top quality products",
        "pharma grade", "wickr", "telegram", "signal me", "whatsapp us", "whatsapp me", "whatsapp", "contact us on",
        "order now", "order today", "place your order", "buy now", "shop now", "best prices", "lowest prices",
        "bulk discount", "male enhancement", "enlargement", "weight loss secret", "miracle cure", "burn fat",
        "lose weight fast", "cbd gummies", "keto gummies", "research chemicals", "vendor", "comprar sin receta",
        "sin receta envio", "envio discreto",
    ),
    "phishing": (
        "verify your account", "confirm your account", "update your account", "account has been suspended",
        "account will be suspended", "account has been limited", "account will be closed", "account suspended",
        "verify your identity", "confirm your identity", "confirm your password", "password expires",
        "password will expire", "mailbox is full", "mailbox quota", "mailbox storage", "storage limit", "email quota",
        "domain expiration", "domain will expire", "domain name expires", "domain is expiring", "domain renewal",
        "hosting has expired", "ssl certificate expired", "renew your domain", "click here", "click the link",
        "click on the link", "click below", "link below", "follow this link", "follow the link", "download the file",
        "open the attachment", "see attached invoice", "attached invoice", "invoice attached", "unpaid invoice",
        "overdue invoice", "outstanding invoice", "invoice is overdue", "outstanding balance", "final notice",
        "final reminder", "payment failed", "payment declined", "billing department", "accounts payable",
        "purchase order", "updated bank details", "new bank details", "bank account details", "remit payment",
        "copyright infringement", "copyrighted images", "dmca", "legal action", "lawsuit against", "your images",
        "my images", "stolen images", "evidence here", "hacked your", "your website has been hacked", "hacked",
        "webcam", "recorded you", "pay the ransom", "vulnerability", "security vulnerability", "bug bounty",
        "security researcher", "unusual activity", "suspicious login", "sign in attempt", "tax refund",
        "package could not be delivered", "delivery failed", "tracking number", "within 24 hours", "within 48 hours",
        "login to your", "log in to your",
    ),
    "dating": (
        "hot girls", "sexy girls", "sexy", "single women", "lonely women", "women near you", "girls near you",
        "dating site", "adult dating", "dating app", "meet singles", "nude", "nudes", "porn", "escort",
        "escorts", "sex chat", "sex video", "live cams", "webcam girls", "onlyfans", "hookup", "fuck buddy",
        "russian brides", "знакомства",
    ),
}  # fmt: skip

#: What sellers begin with and real people write too: half a point each.
WEAK = (
    "visited your website", "visited your site", "visiting your website", "came across your website",
    "came across your site", "checked your website", "checked out your website", "looking at your website",
    "reviewed your website", "reviewing your website", "noticed your website", "noticed that your website",
    "noticed that your", "on your website", "your website", "your site", "your company", "your business",
    "your organization", "your industry", "your niche", "hope this email finds you", "hope this message finds you",
    "hope you are doing well", "hope youre doing well", "i am reaching out", "im reaching out", "reaching out to",
    "i represent", "my name is", "our team", "our company", "our services", "our clients", "we offer", "we provide",
    "we help", "we can help", "we work with", "would you be interested", "are you interested", "if you are interested",
    "if interested", "let me know if", "get back to me", "looking forward to", "best regards", "kind regards",
    "send me your", "share your", "free quote", "free consultation", "free audit", "a quote", "proposal",
    "collaboration", "collaborate", "partnership", "mutually beneficial",
)  # fmt: skip

#: Ends of host names that people cite: health services, journals, newspapers. A link there costs nothing.
TRUSTED = (
    ".gov", ".edu", ".mil", ".nhs.uk", ".ac.uk", ".gov.uk", ".gc.ca", ".who.int", "doi.org", "nature.com", "nejm.org",
    "thelancet.com", "jamanetwork.com", "bmj.com", "wiley.com", "springer.com", "sciencedirect.com", "cell.com",
    "frontiersin.org", "plos.org", "psychiatryonline.org", "science.org", "medrxiv.org", "cochranelibrary.com",
    "mayoclinic.org", "clevelandclinic.org", "hopkinsmedicine.org", "massgeneral.org", "kaiserpermanente.org",
    "webmd.com", "healthline.com", "medscape.com", "drugs.com", "psychologytoday.com", "988lifeline.org", "nami.org",
    "afsp.org", "wikipedia.org", "nytimes.com", "washingtonpost.com", "theguardian.com", "bbc.com", "bbc.co.uk",
    "npr.org", "cnn.com", "apnews.com", "reuters.com", "statnews.com", "reddit.com",
)  # fmt: skip

#: Hosts that hide where a link goes.
SHORTENERS = (
    "bit.ly", "tinyurl.com", "t.co", "goo.gl", "is.gd", "cutt.ly", "rb.gy", "t.ly", "ow.ly", "shorturl.at", "t.me",
    "wa.me", "telegra.ph", "linktr.ee", "clck.ru", "s.id",
)  # fmt: skip
