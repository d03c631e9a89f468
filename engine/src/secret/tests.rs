use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use super::file::{Step, beside, destroy};
use super::*;

/// A key file with everything in it, and the folder that it lives in.
fn written() -> (tempfile::TempDir, PathBuf, Keys) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.key");
    let keys = Keys::random().unwrap();
    keys.write_new(&path).unwrap();
    (folder, path, keys)
}

/// Every byte of some keys, in order.
fn bytes(keys: &Keys) -> Vec<Option<[u8; 32]>> {
    let groups = [&keys.medical, &keys.permits, &keys.cards];
    let secrets = groups.iter().flat_map(|group| [&group.code, &group.identity, &group.details]);
    let signing = keys.signing.as_ref().map(|key| &key.0);
    let all = secrets.map(Option::as_ref).chain([signing]);
    let bytes = all.map(|secret| secret.map(|secret| **secret.0));
    bytes.chain([keys.verifying.map(|key| key.0)]).collect()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn without(keys: &Keys, group: Group) -> Keys {
    let mut keys = keys.clone();
    *keys.group_mut(group) = GroupSecrets::default();
    keys
}

#[test]
fn a_key_file_is_read_as_written_and_never_overwritten() {
    let (_folder, path, keys) = written();
    assert_eq!(bytes(&keys), bytes(&Keys::read(&path).unwrap()));
    assert_eq!(bytes(&keys).iter().flatten().count(), 10);
    assert!(matches!(keys.write_new(&path), Err(KeyError::Exists { .. })));
    assert_eq!(mode(&path), 0o600);
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(bytes(&keys), bytes(&Keys::from_text("env:KEY", &text).unwrap()));
}

#[test]
fn a_key_file_of_before_the_manifest_keys_is_read() {
    let text = format!("[permits]\ncode = \"{}\"\n", "AbcD".repeat(16));
    let keys = Keys::from_text("old", &text).unwrap();
    assert_eq!(**keys.permits.code.as_ref().unwrap().0, [0xab, 0xcd].repeat(16)[..]);
    assert!(keys.signing.is_none() && keys.verifying_key().is_none());
    assert!(keys.sign(b"message").is_none());
}

#[test]
fn a_fault_in_a_key_file_never_quotes_it() {
    let (_folder, path, _) = written();
    for wrong in [
        "[permits]\ncode = \"c0ffee\n".to_owned(),
        "[permits]\ncode = \"c0ffee\"\n".to_owned(),
        format!("[permits]\ncode = \"{}\"\n", "c0ffee\\u0030".repeat(9)),
        "[permits]\ncode = 0xc0ffee\n".to_owned(),
        "[c0ffee]\n".to_owned(),
        "[permits]\nc0ffee = \"\"\n".to_owned(),
        format!("[permits]\ncode = \"c0ffee{}g\"\n", "0".repeat(57)),
    ] {
        fs::write(&path, &wrong).unwrap();
        for error in [Keys::read(&path).unwrap_err(), Keys::from_text("x", &wrong).unwrap_err()] {
            assert!(matches!(error, KeyError::Syntax { .. }), "{wrong}");
            assert!(!format!("{error} {error:?}").contains("c0ffee"), "{error:?}");
        }
    }
    fs::write(&path, "#".repeat(1 << 15)).unwrap();
    assert!(Keys::read(&path).unwrap_err().to_string().contains("longer than"));
}

#[test]
fn keys_show_nothing_when_printed() {
    let secret = Secret::new([0xa7; 32]);
    let mut keys = Keys { signing: Some(SigningKey::new(secret.clone())), ..Keys::default() };
    keys.cards.code = Some(secret);
    let shown = format!("{keys:?}");
    assert!(shown.contains("Secret(..)") && !shown.contains("167"), "{shown}");
}

#[test]
fn a_key_file_that_others_may_use_is_refused() {
    let (_folder, path, _) = written();
    for wrong in [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o644, 0o777] {
        set_mode(&path, wrong);
        let error = Keys::read(&path).unwrap_err();
        let text = error.to_string();
        assert!(matches!(error, KeyError::Mode { mode, .. } if mode == wrong), "{text}");
        assert!(text.contains("chmod 600") && text.contains(&format!("{wrong:04o}")), "{text}");
    }
    for right in [0o600, 0o400, 0o700] {
        set_mode(&path, right);
        assert!(Keys::read(&path).is_ok(), "{right:o}");
    }
    assert!(matches!(Keys::read(path.parent().unwrap()), Err(KeyError::Io { .. })));
}

#[test]
fn what_one_key_signs_no_other_verifies() {
    let (keys, other) = (Keys::random().unwrap(), Keys::random().unwrap());
    let signature = keys.sign(b"manifest").unwrap();
    let verifying = keys.verifying_key().unwrap();
    assert!(verifying.verifies(b"manifest", &signature));
    assert!(!verifying.verifies(b"manifesT", &signature));
    assert!(!verifying.verifies(b"manifest", &signature[..63]));
    assert!(!verifying.verifies(b"manifest", b""));
    assert!(!other.verifying_key().unwrap().verifies(b"manifest", &signature));
    for place in 0..64 {
        let mut changed = signature;
        changed[place] ^= 1;
        assert!(!verifying.verifies(b"manifest", &changed), "byte {place}");
    }
}

#[test]
fn signatures_are_those_of_rfc_8032() {
    let unhex = |text: &str| -> [u8; 32] {
        let digit = |place| u8::from_str_radix(&text[place..place + 2], 16).unwrap();
        std::array::from_fn(|index| digit(2 * index))
    };
    let seed = unhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    let public = unhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    let key = SigningKey::new(Secret::new(seed));
    assert_eq!(key.verifying_key(), VerifyingKey::new(public));
    assert!(hex(&key.sign(b"")).starts_with("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974"));
}

#[test]
fn manifest_keys_that_do_not_belong_together_are_refused() {
    let public = |keys: &Keys| hex(keys.verifying_key().unwrap().bytes());
    let (_folder, path, keys) = written();
    let text = fs::read_to_string(&path).unwrap();
    let with = |public: &str| Keys::from_text("x", &format!("{text}verifying = \"{public}\"\n"));
    assert_eq!(with(&public(&keys)).unwrap().verifying, keys.verifying_key());
    let error = with(&public(&Keys::random().unwrap())).unwrap_err();
    assert!(error.to_string().contains("do not belong together"), "{error}");
}

#[test]
fn a_gate_verifies_and_does_nothing_else() {
    let (folder, _, keys) = written();
    let path = folder.path().join("gate.key");
    keys.for_gate().write_new(&path).unwrap();
    let gate = Keys::read(&path).unwrap();
    for group in Group::ALL {
        let (whole, gate) = (keys.group(*group), gate.group(*group));
        assert_eq!(**whole.code.as_ref().unwrap().0, **gate.code.as_ref().unwrap().0);
        assert!(gate.identity.is_none() && gate.details.is_none());
    }
    assert!(gate.signing.is_none() && gate.sign(b"message").is_none());
    assert_eq!(gate.verifying, keys.verifying_key());
    assert_eq!(bytes(&gate), bytes(&gate.for_gate()));
}

#[test]
fn a_destroyed_group_is_gone_and_the_others_are_not() {
    for group in Group::ALL {
        let (folder, path, keys) = written();
        let held = fs::File::open(&path).unwrap();
        assert!(destroy_group(&path, *group).unwrap());
        assert_eq!(bytes(&Keys::read(&path).unwrap()), bytes(&without(&keys, *group)));
        assert_eq!(mode(&path), 0o600);
        // The bytes themselves are gone, not their name alone.
        let old = std::io::read_to_string(held).unwrap();
        assert!(old.len() > 500 && old.bytes().all(|byte| byte == 0));
        assert!(!destroy_group(&path, *group).unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

#[test]
fn a_destruction_cut_short_loses_no_other_secret_and_is_finished() {
    for stop in [Step::Written, Step::Overwritten, Step::Renamed] {
        let (folder, path, keys) = written();
        let rest = without(&keys, Group::Medical);
        let crash = || KeyError::Random;
        let cut = destroy(&path, Group::Medical, &mut |step| {
            if step == stop { Err(crash()) } else { Ok(()) }
        });
        assert!(matches!(cut, Err(KeyError::Random)));
        let read = Keys::read(&path).unwrap();
        if stop == Step::Written {
            assert_eq!(bytes(&read), bytes(&keys));
        } else {
            assert_eq!(bytes(&read), bytes(&rest), "{stop:?}");
        }
        assert_eq!(destroy_group(&path, Group::Medical).unwrap(), stop == Step::Written);
        assert_eq!(bytes(&Keys::read(&path).unwrap()), bytes(&rest));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "{stop:?}");
        // And another group goes as if nothing had happened.
        assert!(destroy_group(&path, Group::Cards).unwrap());
        assert_eq!(bytes(&Keys::read(&path).unwrap()), bytes(&without(&rest, Group::Cards)));
    }
}

#[test]
fn nothing_is_overwritten_before_the_rest_stands_beside() {
    let (_folder, path, keys) = written();
    let mut steps = Vec::new();
    destroy(&path, Group::Permits, &mut |step| {
        steps.push(step);
        let (file, new) = (fs::read(&path).unwrap(), beside(&path));
        assert_eq!(file.contains(&0), step == Step::Overwritten, "{step:?}");
        if step != Step::Renamed {
            let rest = Keys::read(&new).unwrap();
            assert_eq!(bytes(&rest), bytes(&without(&keys, Group::Permits)));
            assert_eq!(mode(&new), 0o600);
        }
        Ok(())
    })
    .unwrap();
    assert_eq!(steps, [Step::Written, Step::Overwritten, Step::Renamed]);
}

#[test]
fn a_key_file_overwritten_in_part_is_read_from_beside() {
    let (_folder, path, keys) = written();
    let whole = fs::read(&path).unwrap();
    let _ = destroy(&path, Group::Medical, &mut |_| Err(KeyError::Random));
    for zeros in (1..=whole.len()).step_by(37) {
        let mut part = whole.clone();
        part[..zeros].fill(0);
        fs::write(&path, part).unwrap();
        let read = Keys::read(&path).unwrap();
        assert_eq!(bytes(&read), bytes(&without(&keys, Group::Medical)), "{zeros} zeros");
    }
    // What is beside is the only copy now, so nothing but the whole of it will do.
    fs::write(beside(&path), "[permits]\ncode = \"\"\n").unwrap();
    assert!(matches!(destroy_group(&path, Group::Cards), Err(KeyError::Syntax { .. })));
    assert!(beside(&path).exists());
    fs::remove_file(beside(&path)).unwrap();
    let text = Keys::read(&path).unwrap_err().to_string();
    assert!(text.contains("overwritten with zeros"), "{text}");
}

#[test]
fn what_an_earlier_destruction_left_beside_is_wiped_and_a_strangers_file_is_not() {
    let (folder, path, keys) = written();
    let _ = destroy(&path, Group::Medical, &mut |_| Err(KeyError::Random));
    let left = fs::File::open(beside(&path)).unwrap();
    assert!(destroy_group(&path, Group::Permits).unwrap());
    assert!(std::io::read_to_string(left).unwrap().bytes().all(|byte| byte == 0));
    assert_eq!(bytes(&Keys::read(&path).unwrap()), bytes(&without(&keys, Group::Permits)));
    for cut in ["", "# The secr", "\0\0\0"] {
        fs::write(beside(&path), cut).unwrap();
        assert!(!destroy_group(&path, Group::Permits).unwrap(), "{cut:?}");
    }
    let stranger = Keys::random().unwrap();
    stranger.write_new(&beside(&path)).unwrap();
    assert!(matches!(destroy_group(&path, Group::Cards), Err(KeyError::Exists { .. })));
    assert_eq!(bytes(&Keys::read(&beside(&path)).unwrap()), bytes(&stranger));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn of_a_link_the_file_behind_it_is_destroyed() {
    let (folder, path, keys) = written();
    let link = folder.path().join("link.key");
    symlink(&path, &link).unwrap();
    let held = fs::File::open(&path).unwrap();
    let _ = destroy(&link, Group::Medical, &mut |step| match step {
        Step::Overwritten => Err(KeyError::Random),
        _ => Ok(()),
    });
    let rest = without(&keys, Group::Medical);
    assert_eq!(bytes(&Keys::read(&link).unwrap()), bytes(&rest));
    assert!(!destroy_group(&link, Group::Medical).unwrap());
    assert!(std::io::read_to_string(held).unwrap().bytes().all(|byte| byte == 0));
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(bytes(&Keys::read(&path).unwrap()), bytes(&rest));
}

#[test]
fn destructions_at_once_and_readers_beside_them_lose_nothing() {
    let (_folder, path, keys) = written();
    std::thread::scope(|scope| {
        for group in Group::ALL {
            scope.spawn(|| assert!(destroy_group(&path, *group).unwrap()));
        }
        for _ in 0..200 {
            let read = Keys::read(&path).unwrap();
            assert_eq!(read.verifying_key(), keys.verifying_key());
        }
    });
    assert!(Group::ALL.iter().all(|group| Keys::read(&path).unwrap().group(*group).is_empty()));
}
