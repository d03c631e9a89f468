//! How a code gets to its phone.

use std::io;

use serde::Serialize;

use crate::message::Message;
use crate::outbox::Outbox;
use crate::time::Instant;

/// A message on its way to a phone.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Sms<'a> {
    /// The phone, with `+7`.
    pub phone: &'a str,
    /// The text in Russian.
    pub text_ru: &'a str,
    /// The text in English.
    pub text_en: &'a str,
    /// When it was asked for.
    pub at: Instant,
}

/// Takes messages and brings them to phones. Many threads may send at once.
pub trait Gateway: Sync {
    /// Takes a message over: when this returns, it will be sent.
    ///
    /// # Errors
    /// When it was not taken.
    fn send(&self, sms: &Sms<'_>) -> io::Result<()>;
}

/// Lines that the operator's sender picks up.
impl Gateway for Outbox {
    fn send(&self, sms: &Sms<'_>) -> io::Result<()> {
        self.append(sms)
    }
}

/// Sends a code.
pub(super) fn send(
    gateway: &dyn Gateway,
    ten_digits: &str,
    code: &str,
    at: Instant,
) -> io::Result<()> {
    let phone = format!("+7{ten_digits}");
    let (text_ru, text_en) = Message::IdentifySms.fill(&[("code", code)]);
    gateway.send(&Sms { phone: &phone, text_ru: &text_ru, text_en: &text_en, at })
}
