//! HMAC-SHA-256 whose key is taken in once: what is left for a message is its own blocks and one more.

use sha2::block_api::compress256;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::lanes::{self, LANES};
#[cfg(target_arch = "x86_64")]
use super::two::Two;
use crate::probe::Width;

const BLOCK: usize = 64;
/// Blocks that are gathered before they are compressed; the messages of nearly all names need no more.
const GATHERED: usize = 3;
/// The state of SHA-256 before any block.
const INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// A key, as the states of SHA-256 behind its two padded blocks. They are wiped when dropped.
#[derive(Clone)]
pub(super) struct Key {
    inner: Zeroizing<[u32; 8]>,
    outer: Zeroizing<[u32; 8]>,
}

impl ZeroizeOnDrop for Key {}

/// A message that is taken in. It needs no memory but its own.
pub(crate) struct Message<'k> {
    key: &'k Key,
    state: [u32; 8],
    blocks: [[u8; BLOCK]; GATHERED],
    /// Bytes in `blocks`.
    gathered: usize,
    /// Bytes of the message that were compressed.
    compressed: usize,
}

impl Key {
    /// The key of those bytes.
    pub(super) fn new(bytes: &[u8; 32]) -> Self {
        let state = |pad: u8| {
            let mut block = Zeroizing::new([pad; BLOCK]);
            block.iter_mut().zip(bytes).for_each(|(padded, byte)| *padded ^= byte);
            let mut state = Zeroizing::new(INITIAL);
            compress256(&mut state, core::slice::from_ref(&*block));
            state
        };
        Key { inner: state(0x36), outer: state(0x5c) }
    }

    /// Begins a message.
    #[inline]
    pub(super) fn begin(&self) -> Message<'_> {
        Message {
            key: self,
            state: *self.inner,
            blocks: [[0; BLOCK]; GATHERED],
            gathered: 0,
            compressed: 0,
        }
    }
}

impl<'k> Message<'k> {
    /// Begins anew in the same memory.
    #[inline]
    pub(super) fn begin_anew(&mut self, key: &'k Key) {
        self.key = key;
        self.state = *key.inner;
        self.gathered = 0;
        self.compressed = 0;
    }
}

impl Message<'_> {
    /// Takes in what comes next.
    #[inline]
    pub(super) fn push(&mut self, mut bytes: &[u8]) {
        let gathered = self.blocks.as_flattened_mut();
        while bytes.len() > gathered.len() - self.gathered {
            let (now, later) = bytes.split_at(gathered.len() - self.gathered);
            gathered[self.gathered..].copy_from_slice(now);
            compress256(&mut self.state, gathered.as_chunks().0);
            self.compressed += gathered.len();
            self.gathered = 0;
            bytes = later;
        }
        gathered[self.gathered..][..bytes.len()].copy_from_slice(bytes);
        self.gathered += bytes.len();
    }

    /// Takes in so many bytes that their number is known when this is compiled.
    #[inline]
    pub(super) fn push_few<const N: usize>(&mut self, bytes: &[u8; N]) {
        match self.blocks.as_flattened_mut().get_mut(self.gathered..self.gathered + N) {
            Some(free) => {
                free.copy_from_slice(bytes);
                self.gathered += N;
            }
            None => self.push(bytes),
        }
    }

    /// Takes in what `write` writes where it is gathered, behind the number of its bytes; that number,
    /// or `None` where it does not go there, and then the message is of no more use.
    #[inline]
    pub(crate) fn write_field(
        &mut self,
        write: impl FnOnce(&mut [u8]) -> Option<usize>,
    ) -> Option<usize> {
        let free = self.blocks.as_flattened_mut().get_mut(self.gathered..)?;
        let (count, free) = free.split_first_chunk_mut::<4>()?;
        let written = write(free)?;
        *count = (written as u32).to_le_bytes();
        self.gathered += 4 + written;
        Some(written)
    }

    /// The HMAC; the message is at its end with it.
    #[inline]
    pub(super) fn finish(&mut self) -> [u8; 32] {
        let blocks = self.pad();
        compress256(&mut self.state, &self.blocks[..blocks]);
        let mut state = *self.key.outer;
        compress256(&mut state, &[outer_block(&self.state)]);
        let mut hash = [0; 32];
        write(&state, &mut hash);
        hash
    }

    /// Ends the message as SHA-256 asks for; how many blocks are left to compress.
    #[inline]
    fn pad(&mut self) -> usize {
        let bytes = BLOCK + self.compressed + self.gathered;
        self.push_few(&[0x80]);
        let mut end = (self.gathered + 8).next_multiple_of(BLOCK);
        if end > BLOCK * GATHERED {
            // The length has no room beside the end of the message.
            self.blocks.as_flattened_mut()[self.gathered..].fill(0);
            compress256(&mut self.state, &self.blocks);
            (self.gathered, end) = (0, BLOCK);
        }
        let padded = &mut self.blocks.as_flattened_mut()[..end];
        padded[self.gathered..end - 8].fill(0);
        padded[end - 8..].copy_from_slice(&(bytes as u64 * 8).to_be_bytes());
        end / BLOCK
    }
}

/// Bits of what the outer hash takes in: the padded key and the inner hash.
const OUTER_BITS: u64 = (BLOCK as u64 + 32) * 8;
/// Fewer messages than this are faster one by one.
const TOGETHER_MIN: usize = 6;

/// The first 16 bytes of the HMACs of many messages, in their order; the messages are at their ends with
/// it.
pub(super) fn finish_all(messages: &mut [Message<'_>], mut each: impl FnMut([u8; 16])) {
    let is_wide = Width::widest().is_avx512();
    for messages in messages.chunks_mut(LANES) {
        if is_wide && messages.len() >= TOGETHER_MIN {
            finish_together(messages).iter().for_each(|hash| each(*hash));
            continue;
        }
        #[cfg(target_arch = "x86_64")]
        let messages = match Two::new() {
            None => messages,
            Some(two) => {
                let (pairs, rest) = messages.as_chunks_mut();
                for pair in pairs {
                    finish_two(two, pair).iter().for_each(|hash| each(*hash));
                }
                rest
            }
        };
        for message in messages {
            let mut cut = [0; 16];
            cut.copy_from_slice(&message.finish()[..16]);
            each(cut);
        }
    }
}

/// The same of two messages, by instructions that take them in turn.
#[cfg(target_arch = "x86_64")]
fn finish_two(two: Two, messages: &mut [Message<'_>; 2]) -> [[u8; 16]; 2] {
    let counts = messages.each_mut().map(Message::pad);
    let mut states = messages.each_ref().map(|message| message.state);
    let blocks = messages.each_ref().map(|message| &message.blocks);
    let both = counts[0].min(counts[1]);
    two.compress(&mut states, blocks.map(|blocks| &blocks[..both]));
    // One of them may be longer.
    for ((state, blocks), count) in states.iter_mut().zip(blocks).zip(counts) {
        if count > both {
            compress256(state, &blocks[both..count]);
        }
    }
    let outer = states.each_ref().map(|state| [outer_block(state)]);
    states = messages.each_ref().map(|message| *message.key.outer);
    two.compress(&mut states, outer.each_ref().map(|block| &block[..]));
    states.map(|state| {
        let mut hash = [0; 16];
        write(&state, &mut hash);
        hash
    })
}

/// The same of no more messages than there are lanes, each in a lane of its own.
fn finish_together(messages: &mut [Message<'_>]) -> Vec<[u8; 16]> {
    let mut counts = [0; LANES];
    let mut states = [[0; LANES]; 8];
    for (lane, message) in messages.iter_mut().enumerate() {
        counts[lane] = message.pad();
        for (states, word) in states.iter_mut().zip(message.state) {
            states[lane] = word;
        }
    }
    for block in 0..counts.iter().copied().max().unwrap_or_default() {
        let mut words = [[0; LANES]; 16];
        for (lane, message) in messages.iter().enumerate() {
            for (words, bytes) in words.iter_mut().zip(message.blocks[block].as_chunks().0) {
                words[lane] = u32::from_be_bytes(*bytes);
            }
        }
        let taken = counts.map(|count| if block < count { u32::MAX } else { 0 });
        lanes::compress(&mut states, &words, &taken);
    }
    let mut words = [[0; LANES]; 16];
    words[..8].copy_from_slice(&states);
    words[8] = [0x8000_0000; LANES];
    words[15] = [OUTER_BITS as u32; LANES];
    for (lane, message) in messages.iter().enumerate() {
        for (states, word) in states.iter_mut().zip(*message.key.outer) {
            states[lane] = word;
        }
    }
    lanes::compress(&mut states, &words, &[u32::MAX; LANES]);
    let hash = |lane: usize| {
        let mut hash = [0; 16];
        for (bytes, states) in hash.as_chunks_mut().0.iter_mut().zip(&states) {
            *bytes = states[lane].to_be_bytes();
        }
        hash
    };
    (0..messages.len()).map(hash).collect()
}

/// The one block of what the outer hash takes in behind its key: the inner hash.
#[inline]
fn outer_block(inner: &[u32; 8]) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    write(inner, &mut block);
    block[32] = 0x80;
    block[BLOCK - 8..].copy_from_slice(&OUTER_BITS.to_be_bytes());
    block
}

/// The words of a state as bytes, as many as there is room for.
#[inline]
fn write(state: &[u32; 8], bytes: &mut [u8]) {
    for (word, bytes) in state.iter().zip(bytes.as_chunks_mut().0) {
        *bytes = word.to_be_bytes();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_hmac_of_ring_at_every_length_and_in_every_piece() {
        let bytes = core::array::from_fn(|place| place as u8 * 7);
        let (key, reference) =
            (Key::new(&bytes), ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &bytes));
        let message: Vec<u8> = (0..1_000u32).map(|place| ((place * 31) >> 3) as u8).collect();
        for length in 0..message.len() {
            let message = &message[..length];
            let expected = ring::hmac::sign(&reference, message);
            for piece in [1, 13, 64, 255, 1_000] {
                let mut taken = key.begin();
                message.chunks(piece).for_each(|piece| taken.push(piece));
                assert_eq!(taken.finish(), expected.as_ref(), "{length} in pieces of {piece}");
                // What another message left behind changes nothing.
                taken.begin_anew(&key);
                message.chunks(piece).for_each(|piece| taken.push(piece));
                assert_eq!(taken.finish(), expected.as_ref(), "{length} in pieces of {piece}");
            }
        }
    }

    #[test]
    fn many_together_are_the_same_as_each_alone() {
        let keys = [Key::new(&[3; 32]), Key::new(&[4; 32])];
        for count in [0, 1, 5, 6, 15, 16, 17, 40] {
            let message = |place: usize| -> Message<'_> {
                let mut message = keys[place % 2].begin();
                message.push(&[place as u8].repeat(place * 37 % 400));
                message
            };
            let mut messages: Vec<_> = (0..count).map(message).collect();
            let mut alone = (0..count).map(|place| message(place).finish());
            let mut together = Vec::new();
            finish_all(&mut messages, |hash| together.push(hash));
            assert_eq!(together.len(), count);
            assert!(together.iter().all(|hash| alone.next().expect("a hash").starts_with(hash)));
            if (1..=LANES).contains(&count) {
                let mut messages: Vec<_> = (0..count).map(message).collect();
                assert_eq!(finish_together(&mut messages), together);
                #[cfg(target_arch = "x86_64")]
                if let Some(two) = Two::new() {
                    let mut messages: Vec<_> = (0..count).map(message).collect();
                    let pairs = messages.as_chunks_mut().0.iter_mut();
                    let hashes: Vec<_> = pairs.flat_map(|pair| finish_two(two, pair)).collect();
                    assert!(hashes == together[..count / 2 * 2]);
                }
            }
        }
    }
}
