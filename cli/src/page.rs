//! The printable page of a certificate: what a venue sees of it, and the code, in Russian and English.

use propusk_engine::disclosure::Disclosed;
use propusk_engine::time::Instant;
use propusk_engine::verdict::Subtype;
use propusk_imaging::Symbol;

/// What a page says.
pub(crate) struct Page<'a> {
    /// What the certificate is about.
    pub(crate) subtype: Option<Subtype>,
    /// From when to when (exclusive) it is valid.
    pub(crate) validity: (Instant, Instant),
    /// What a venue may know of the holder; nothing of a protected person.
    pub(crate) holder: Option<&'a Disclosed>,
    /// Its token.
    pub(crate) token: &'a str,
    /// What the QR code says.
    pub(crate) url: &'a str,
}

const STYLE: &str = "@page{margin:2cm}body{font:16px/1.4 sans-serif;max-width:17cm;margin:1cm auto;\
    color:#000;background:#fff}svg{width:8cm;height:8cm;display:block;margin:.5cm 0}\
    th{text-align:left;font-weight:normal;padding:.1cm 1cm .1cm 0}code{font-size:18px}\
    [lang=en]{color:#555}";

impl Page<'_> {
    /// The whole page, which needs nothing from elsewhere.
    pub(crate) fn html(&self, symbol: &Symbol) -> String {
        let (ru, en) = title(self.subtype);
        let mut rows = vec![
            ("Действителен с", "Valid from", shown(self.validity.0)),
            ("Действителен до", "Valid until", shown(self.validity.1)),
        ];
        if let Some(Disclosed::Venue { initials, birth_date, document_last_four }) = self.holder {
            rows.push(("Владелец", "Holder", initials.clone()));
            let date = birth_date.as_deref().map(dotted);
            rows.extend(date.map(|date| ("Дата рождения", "Date of birth", date)));
            let document = document_last_four.as_ref().map(|last| format!("… {last}"));
            rows.extend(document.map(|last| ("Документ", "Document", last)));
        }
        let rows: String =
            rows.iter().map(|(ru, en, value)| row(ru, en, &escaped(value))).collect();
        let (token, url) = (escaped(self.token), escaped(self.url));
        let code = row("Код", "Code", &format!("<code>{token}</code>"));
        let svg = symbol.svg_element();
        format!(
            "<!DOCTYPE html>\n<html lang=\"ru\"><head><meta charset=\"utf-8\">\
             <title>{ru} / {en}</title><style>{STYLE}</style></head>\n<body>\
             <h1>{ru}<br><small lang=\"en\">{en}</small></h1>\n{svg}\n\
             <table>{rows}{code}</table>\n<p>{url}</p>\n</body></html>\n"
        )
    }
}

fn title(subtype: Option<Subtype>) -> (&'static str, &'static str) {
    match subtype {
        Some(Subtype::Pcr) => {
            ("Сертификат: отрицательный ПЦР-тест", "Certificate: negative PCR test")
        }
        Some(Subtype::Vaccination) => ("Сертификат: вакцинация", "Certificate: vaccination"),
        Some(Subtype::Recovery) => {
            ("Сертификат: перенесённое заболевание", "Certificate: recovery")
        }
        _ => ("Сертификат", "Certificate"),
    }
}

fn row(ru: &str, en: &str, value: &str) -> String {
    format!("<tr><th>{ru} <span lang=\"en\">/ {en}</span></th><td>{value}</td></tr>")
}

/// An instant as people write it, by Moscow time.
fn shown(at: Instant) -> String {
    let text = at.to_string();
    let time = text.get(11..16).unwrap_or_default();
    format!("{} {time} (UTC+3)", dotted(text.get(..10).unwrap_or_default()))
}

/// A date as people write it.
fn dotted(date: &str) -> String {
    date.split('-').rev().collect::<Vec<_>>().join(".")
}

/// A text that means nothing to a browser.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for symbol in text.chars() {
        match symbol {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(symbol),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_what_a_venue_sees_and_runs_nothing() {
        let symbol = Symbol::of("https://immune.mos.ru/qr?id=0").unwrap();
        let holder = Disclosed::Venue {
            initials: "<. М.".to_owned(),
            birth_date: Some("1990-02-03".to_owned()),
            document_last_four: Some("3456".to_owned()),
        };
        let at = |text| Instant::parse(text).unwrap();
        let validity = (at("2021-06-01T12:30:00+03:00"), at("2021-06-03T21:00:00Z"));
        let subtype = Some(Subtype::Pcr);
        let page = Page { subtype, validity, holder: Some(&holder), token: "TOKEN", url: "URL" };
        let html = page.html(&symbol);
        let said = ["&lt;. М.", "03.02.1990", "… 3456", "01.06.2021 12:30", "04.06.2021 00:00"];
        for said in said.iter().chain(&["TOKEN", "URL", "ПЦР", "PCR", "<svg", "lang=\"en\""]) {
            assert!(html.contains(said), "{said}: {html}");
        }
        assert!(!html.contains("<. М."));
        let nobody = Page { holder: None, ..page }.html(&symbol);
        assert!(!nobody.contains("Владелец") && !nobody.contains("1990"));
    }
}
