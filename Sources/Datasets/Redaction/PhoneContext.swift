/// What the words before a number say about it.
enum PhoneContext {
    /// It is a phone number.
    case phone
    /// It is reached, called from, sent to: a weak sign, enough for digits that fit the numbering plan.
    case hint
    /// Nothing.
    case none
    /// It is some other number.
    case other

    init(_ text: [UInt8], before place: Int) {
        let words = PrecedingWords(text, before: place).words
        if let first = words.first, Self.hints.contains(first) {
            self = .hint
            return
        }
        for word in words {
            if Self.phones.contains(word) {
                self = .phone
                return
            }
            if Self.others.contains(word) {
                self = .other
                return
            }
        }
        self = .none
    }

    private static let hints: Set<String> = ["for", "from", "to", "by", "via", "de", "von", "para", "pour", "kwa"]

    private static let phones: Set<String> = [
        "phone", "phones", "telephone", "tel", "ph", "mobile", "mob", "cell", "cellphone", "fax", "call", "called",
        "calling", "caller", "callback", "dial", "dialled", "msisdn", "whatsapp", "sms", "text", "hotline", "desk",
        "landline", "subscriber", "callee", "reach", "reached", "answering", "answers", "tél", "téléphone", "telephone",
        "appeler", "appelez", "portable", "numéro",
        "teléfono", "telefono", "móvil", "movil", "celular", "llamar", "llame", "telefon", "telefonnummer", "handy",
        "rufnummer", "rückruf", "mobil", "anrufen", "telefone", "telemóvel", "ligar", "ligue", "simu", "piga", "hp",
        "هاتف", "الهاتف", "جوال", "الجوال", "موبايل", "اتصل", "تلفن", "فون", "फोन", "फ़ोन", "मोबाइल", "ফোন", "电话",
        "手机", "電話", "телефон", "тел",
    ]

    private static let others: Set<String> = [
        "id", "ids", "ssn", "nino", "ni", "nir", "dni", "nie", "pesel", "cpf", "aadhaar", "आधार", "imei", "imsi",
        "iccid",
        "eid", "isbn", "issn", "doi", "iban", "card", "account", "invoice", "order", "parcel", "tracking", "reference",
        "ref", "serial", "sku", "ticket", "version", "release", "model", "port", "sha", "page", "pages", "line",
        "lines",
        "total", "amount", "price", "chapter", "exercise", "student", "matricule", "uuid", "barcode", "timestamp",
    ]
}
