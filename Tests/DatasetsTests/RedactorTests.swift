import Testing

@testable import Datasets

@Suite struct RedactorTests {
    private func redact(_ text: String) -> String {
        String(decoding: Redactor().redact(Array(text.utf8)).text, as: UTF8.self)
    }

    @Test(
        "an e-mail address becomes <EMAIL>, whole",
        arguments: [
            ("write to jo.smith+lms@mail.example.org.", "write to <EMAIL>."),
            ("<jo@example.com>, please", "<<EMAIL>>, please"),
            ("email=jo_1@sub.example.co.ke;x", "email=<EMAIL>;x"),
            ("'jo@example.com'", "'<EMAIL>'"),
            ("josé.garcía@correo.example.mx", "<EMAIL>"),
            ("راسلني على amina@example.org اليوم", "راسلني على <EMAIL> اليوم"),
            ("jo@[192.0.2.7] is a literal", "<EMAIL> is a literal"),
            ("jo@xn--bcher-kva.example", "<EMAIL>"),
            ("a@example.com,b@example.com", "<EMAIL>,<EMAIL>"),
            ("wide jo＠example．com jo＠example.com", "wide <EMAIL> <EMAIL>"),
        ]
    )
    func email(text: String, expected: String) { #expect(redact(text) == expected) }

    @Test(
        "what only looks like an e-mail address stays",
        arguments: [
            "npm install left@1.3.0", "icon@2x.png", "@handle said so", "user@host", "5 @ 3.50 each", "a@b.c1",
            "jo @example.com",
            "\"chat\"@en", "@", "@@@", "x@.com", "x@-.com",
        ]
    )
    func notEmail(text: String) { #expect(redact(text) == text) }

    @Test(
        "an IP address becomes <IP>, and its port stays",
        arguments: [
            ("from 192.0.2.44 port 22", "from <IP> port 22"),
            ("http://10.0.0.1:8470/x", "http://<IP>:8470/x"),
            ("10.0.0.0/8", "<IP>/8"),
            ("[2001:db8::1]:443", "[<IP>]:443"),
            ("2001:db8:5d96:66b2:5621:cb02:046c:3684", "<IP>"),
            ("fe80::1%eth0 up", "<IP>%eth0 up"),
            ("::ffff:192.0.2.1 mapped", "<IP> mapped"),
            ("ip=\"203.0.113.9\".", "ip=\"<IP>\"."),
            ("client 192.0.2.1: denied", "client <IP>: denied"),
        ]
    )
    func address(text: String, expected: String) { #expect(redact(text) == expected) }

    @Test(
        "versions, times, hardware addresses and code are no IP addresses",
        arguments: [
            "1.2.3", "v2.14.8.295", "version 1.2.3.4", "Release 10.0.19.41 is out", "1.2.3.4.5", "256.1.1.1",
            "1.2.3.4-beta",
            "at 12:30:45", "29:6f:34:ab:d5:9d", "std::vector", "dead::beef", "a::b", "10.1946/ff3f", "3.14159", "1:2:3",
            "section 3.2.1.4",
        ]
    )
    func notAddress(text: String) { #expect(redact(text) == text) }

    @Test(
        "a phone number becomes <PHONE>, with its plus sign, brackets and extension",
        arguments: [
            ("+254712698924", "<PHONE>"),
            ("call +44 (0)20 7946 0018 now", "call <PHONE> now"),
            ("+1-604-696-5272x565", "<PHONE>"),
            ("(201) 555-0123", "<PHONE>"),
            ("(898)666-3621 ext. 135.", "<PHONE>."),
            ("+221 70 148 48 45 et mon", "<PHONE> et mon"),
            ("guardian phone 071 110 4418.", "guardian phone <PHONE>."),
            ("0712513160", "<PHONE>"),
            ("06.12.26.26.18", "<PHONE>"),
            ("001-253-366-9781", "<PHONE>"),
            ("612 01 77 41", "<PHONE>"),
            ("msisdn=2348027834643 ue", "msisdn=<PHONE> ue"),
            ("for 27711637510 txn", "for <PHONE> txn"),
            ("phone: 451 5986", "phone: <PHONE>"),
            ("هاتف ٠٧١٢٥١٣١٦٠", "هاتف <PHONE>"),
            ("फोन ०८१२६१ ८०३८७ है", "फोन <PHONE> है"),
            ("电话13800138000", "电话<PHONE>"),
            ("2026-07-10 0712 155679", "2026-07-10 <PHONE>"),
            ("room 4, 0802 736 5832, 0712 407263", "room 4, <PHONE>, <PHONE>"),
        ]
    )
    func phone(text: String, expected: String) { #expect(redact(text) == expected) }

    @Test(
        "dates, identifiers, prices and measures are no phone numbers",
        arguments: [
            "shipped on 2026-06-24", "15/03/1967", "04.11.1969", "ISBN 978-0-325-82002-8",
            "DOI 10.5787/c4bf.2023.408475",
            "cell=234-15-34310-90833", "Order 352099007787716 shipped", "at 48.66467, -127.88448",
            "IMEI is 35 209900 543247 7",
            "card 4407 7700 1234 5678", "Aadhaar 6974 5914 2710", "d6008117-c2b7-4b11-af68-1e26a1661500",
            "total 79287.92",
            "2026-05-20T23:20:28Z", "1 000 000 people", "parcel 7767019001816918245", "SSN 829-93-3399", "+999 1234567",
            "set volume to 45", "turn 12 345 678 pages", "0.7125131", "invoice 0712513160", "1609459200",
        ]
    )
    func notPhone(text: String) { #expect(redact(text) == text) }

    @Test func `counts are by kind and text without matches is returned as it is`() {
        let mixed = Redactor().redact(Array("jo@example.com +254712698924 192.0.2.1 al@example.com".utf8))
        #expect(mixed.counts == [.email: 2, .phone: 1, .ip: 1])
        #expect(String(decoding: mixed.text, as: UTF8.self) == "<EMAIL> <PHONE> <IP> <EMAIL>")
        #expect(Redactor().redact(Array("turn on the light".utf8)).counts.isEmpty)
    }

    @Test func `redacted text holds nothing more to redact`() {
        let once = redact("jo@example.com, 192.0.2.1:80, +44 (0)20 7946 0018 ext 7")
        #expect(redact(once) == once)
    }
}
