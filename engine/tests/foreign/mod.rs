//! A second grammar of mistakes in messages, which puts values into fields where they do not belong.

/// A message in the making: the word and nine fields, and what stands between them.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) fields: Vec<String>,
    pub(crate) separator: &'static str,
    /// What is done to the whole text in the end.
    finish: Option<(&'static str, u64)>,
}

impl Draft {
    /// Whether two fields have lost what stood between them.
    pub(crate) fn is_run_together(&self) -> bool {
        self.finish.is_some_and(|(how, _)| how.starts_with("separator"))
    }

    /// The same with the fields that differ between two drafts; nothing where more than that differs.
    pub(crate) fn with_changes(&self, once: &Draft, twice: &Draft) -> Option<Draft> {
        let same = |one: &Draft| (one.fields.len(), one.separator, one.finish);
        let mut changed = self.clone();
        let places = once.fields.iter().zip(&twice.fields).enumerate();
        for (place, (_, field)) in places.filter(|(_, (before, after))| before != after) {
            changed.fields.get_mut(place)?.clone_from(field);
        }
        (same(once) == same(twice)).then_some(changed)
    }

    pub(crate) fn text(&self) -> String {
        let text = self.fields.join(self.separator);
        let Some((how, number)) = self.finish else { return text };
        let letters: Vec<char> = text.chars().collect();
        // A letter of the word.
        let last = letters.len() - 1;
        let at = (number as usize % 7).min(last);
        let cut = |from: usize, to: usize| letters[from..to].iter().collect::<String>();
        match how {
            // Nobody can know what is lost of a text.
            "cut off" => {
                let kept = cut(0, letters.len() - 1 - (number as usize % 60).min(last));
                let (before, part) = kept.rsplit_once(self.separator).unwrap_or((&kept, ""));
                if part.contains(char::is_numeric) && !part.contains(char::is_lowercase) {
                    kept.clone()
                } else {
                    before.to_owned()
                }
            }
            "begun too late" => cut(number as usize % letters.len().min(20), letters.len()),
            "twice" => format!("{text}*{text}"),
            "thanks" => format!("{text}*Спасибо"),
            "greeting" => format!("Добрый день! {text}"),
            "phone behind" => format!("{text}*8916{:07}", number % 10_000_000),
            "capitals" => text.to_uppercase(),
            "small" => text.to_lowercase(),
            "one gone" | "two turned" if !text.starts_with("Проп") => text,
            "one gone" => cut(0, at) + &cut(at + 1, letters.len()),
            "two turned" if at > 0 => {
                format!(
                    "{}{}{}{}",
                    cut(0, at - 1),
                    letters[at],
                    letters[at - 1],
                    cut(at + 1, letters.len())
                )
            }
            "separator gone" | "separator other" | "separator twice" => {
                let places: Vec<usize> = text.match_indices('*').map(|(at, _)| at).collect();
                if places.is_empty() {
                    return text;
                }
                let at = places[places.len() - 1 - number as usize % places.len()];
                let other = match how {
                    "separator gone" => "",
                    "separator twice" => "**",
                    _ => [" ", "#", "/", ",", ".", "-", "\n", "×", "+", ";"]
                        [number as usize / 16 % 10],
                };
                format!("{}{other}{}", &text[..at], &text[at + 1..])
            }
            _ => text,
        }
    }
}

/// Numbers that look random and are the same in every run.
#[derive(Clone)]
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    pub(crate) fn pick<'p>(&mut self, from: &[&'p str]) -> &'p str {
        from[self.below(from.len())]
    }

    fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + self.below(10) as u8)).collect()
    }

    fn letters(&mut self, count: usize) -> String {
        let all: Vec<char> = "АВЕКМНОРСТУХ".chars().collect();
        (0..count).map(|_| all[self.below(12)]).collect()
    }
}

/// Ten digits, of which the last checks the others.
fn inn(numbers: &mut Numbers) -> String {
    let nine = format!("{}{}", numbers.pick(&["77", "50", "78", "23"]), numbers.digits(7));
    let check = check_digit(&nine);
    format!("{nine}{check}")
}

/// The last digit of an INN.
fn check_digit(nine: &str) -> u32 {
    let weights = [2, 4, 10, 3, 5, 9, 4, 6, 8];
    let sum: u32 = nine.bytes().zip(weights).map(|(digit, by)| u32::from(digit - b'0') * by).sum();
    sum % 11 % 10
}

/// What somebody means to send.
pub(crate) fn good(numbers: &mut Numbers) -> Draft {
    let kind = numbers.pick(&["1", "2", "3"]);
    let document = numbers.pick(&["1", "1", "2", "3"]);
    let (series, number) = match (document, numbers.below(3)) {
        ("1", _) => (numbers.digits(4), numbers.digits(6)),
        ("2", 0) => (numbers.letters(2), numbers.digits(7)),
        ("2", 1) => {
            (String::new(), format!("{}{}", numbers.pick(&["N", "FA", "AC"]), numbers.digits(7)))
        }
        ("2", _) => (String::new(), numbers.digits(9)),
        (_, 0) => (numbers.letters(2), numbers.digits(7)),
        (_, 1) => (numbers.digits(2), numbers.digits(7)),
        _ => (
            format!("{}-{}", numbers.pick(&["I", "IV", "III"]), numbers.letters(2)),
            numbers.digits(6),
        ),
    };
    let optional = |numbers: &mut Numbers, text: String| match numbers.below(2) {
        0 => text,
        _ => String::new(),
    };
    let plate = format!(
        "{}{}{}{}",
        numbers.letters(1),
        numbers.digits(3),
        numbers.letters(2),
        numbers.pick(&["77", "99", "750", "50"])
    );
    let plate = optional(numbers, plate);
    let troika =
        format!("{}{}", numbers.pick(&["00", "01", "1", "25", "3", "9"]), numbers.digits(9));
    // None is by chance an INN: nobody could know.
    let last = u32::from(troika.as_bytes()[9] - b'0');
    let last = if last == check_digit(&troika[..9]) { (last + 1) % 10 } else { last };
    let troika = optional(numbers, format!("{}{last}", &troika[..9]));
    let strelka = format!("{}{}", numbers.pick(&["03", "03", "02", "1", "8"]), numbers.digits(10));
    let strelka = optional(numbers, strelka[..11].to_owned());
    let mut fields =
        vec!["Пропуск", kind, document].into_iter().map(str::to_owned).collect::<Vec<_>>();
    fields.extend([series, number]);
    match kind {
        "1" => {
            let inn = inn(numbers);
            let inn = optional(numbers, inn);
            let employer = numbers.pick(&[
                "ООО Заря",
                "Метрострой",
                "ИП Белов",
                "Пекарня №5",
                "А-Сервис",
                "Банк 24",
            ]);
            fields.extend([plate, troika, strelka, inn, employer.to_owned()]);
        }
        "2" => {
            let born = format!(
                "{:02}.{:02}.{}",
                1 + numbers.below(28),
                1 + numbers.below(12),
                1930 + numbers.below(70)
            );
            let institution =
                numbers.pick(&["Больница 57", "Поликлиника №2", "НИИ глаза", "роддом 10"]);
            fields.extend([born, plate, troika, strelka, institution.to_owned()]);
        }
        _ => {
            let purpose =
                numbers.pick(&["на дачу", "к маме", "аптека", "в банк", "Помощь бабушке"]);
            let street = numbers.pick(&["ул. Гоголя", "Ленина", "пос. Мирный", "Химки, Лесная"]);
            let house = numbers.pick(&[" 5", ", 12", ", д. 3 кв. 7", "", ""]);
            fields.extend([plate, troika, strelka, purpose.to_owned(), format!("{street}{house}")]);
        }
    }
    Draft { fields, separator: "*", finish: None }
}

/// Mistakes of place and of writing, which lose nothing.
pub(crate) const MISTAKES: &[&str] = &[
    "neighbours exchanged",
    "two exchanged",
    "one moved",
    "into the field before",
    "into the field behind",
    "empty ones to the end",
    "empty ones to the front",
    "turned round",
    "as in another type",
    "card fields turned",
    "a field twice",
    "an empty one left out",
    "an empty one too many",
    "two run together",
    "phone as a card",
    "phone as a plate",
    "passport turned",
    "series behind",
    "date as plate",
    "plate written apart",
    "letter for digit",
    "label",
    "number with sign",
    "finish",
    "finish",
    "finish",
];
/// Mistakes that lose something, or add what was not meant. With another of these nobody could know.
pub(crate) const LOSING: &[&str] = &[
    "a field left out",
    "a word as a field",
    "a name as a field",
    "phone for the document",
    "zeros for nothing",
    "digit lost",
    "digit more",
    "digit other",
    "type other",
    "document kind other",
    "passport in one",
    "words for nothing",
    "type gone",
    "cut off",
    "begun too late",
];
/// Mistakes of writing alone.
pub(crate) const WRITING: &[&str] = &[
    "spaces",
    "quoted",
    "separators",
    "separators",
    "word latin",
    "word wrong",
    "word gone",
    "all in latin",
    "date other",
];

/// Makes one mistake; nothing where the message has not what it takes.
#[expect(clippy::too_many_lines, reason = "a list of mistakes")]
pub(crate) fn spoil(numbers: &mut Numbers, draft: &Draft, mistake: &str) -> Option<Draft> {
    let mut draft = draft.clone();
    let fields = &mut draft.fields;
    if fields.len() != 10 {
        return None;
    }
    let (one, other) = (1 + numbers.below(9), 1 + numbers.below(9));
    let filled: Vec<usize> = (3..10).filter(|at| !fields[*at].is_empty()).collect();
    let empty: Vec<usize> = (3..9).filter(|at| fields[*at].is_empty()).collect();
    let a_filled = filled[numbers.below(filled.len())];
    let phone = format!("{}9{}", numbers.pick(&["8", "7", "+7", ""]), numbers.digits(9));
    match mistake {
        "neighbours exchanged" => fields.swap(one.min(8), one.min(8) + 1),
        "two exchanged" => fields.swap(one, other),
        "one moved" => {
            let field = fields.remove(one);
            fields.insert(other, field);
        }
        "into the field before" if a_filled > 3 && fields[a_filled - 1].is_empty() => {
            fields.swap(a_filled, a_filled - 1);
        }
        "into the field behind" if a_filled < 9 && fields[a_filled + 1].is_empty() => {
            fields.swap(a_filled, a_filled + 1);
        }
        "empty ones to the end" => fields[3..].sort_by_key(String::is_empty),
        "empty ones to the front" => fields[3..].sort_by_key(|field| !field.is_empty()),
        "turned round" => fields[one..].reverse(),
        "as in another type" => {
            let from = 5 + numbers.below(4);
            let by = 1 + numbers.below(3);
            let length = 10 - from;
            fields[from..].rotate_left(by % length);
        }
        "card fields turned" => {
            let by = 1 + numbers.below(2);
            fields[5..9].rotate_left(by);
        }
        "a field twice" => {
            let field = fields[one].clone();
            fields.insert(one, field);
        }
        "a field left out" => {
            // What may be empty looks like an empty field left out, which is clear.
            let needed = match one {
                1 | 2 | 4 | 9 => true,
                3 => fields[2] == "1",
                5 => fields[1] == "2",
                8 => fields[1] == "3",
                _ => false,
            };
            if !needed {
                return None;
            }
            fields.remove(one);
        }
        "an empty one left out" if !empty.is_empty() => {
            drop(fields.remove(empty[numbers.below(empty.len())]));
        }
        "an empty one too many" => fields.insert(other, String::new()),
        "two run together" => {
            let between = numbers.pick(&["", " ", ", ", "-"]);
            let at = one - 1;
            // Where a text ends, or another begins, nobody can know.
            if fields[at..=one].iter().any(|field| field.contains(char::is_lowercase)) && at > 0 {
                return None;
            }
            let field = fields.remove(one);
            fields[at] = format!("{}{between}{field}", fields[at]);
        }
        "a word as a field" => {
            fields
                .insert(one, numbers.pick(&["срочно", "Москва", "на машине", "лично"]).to_owned());
        }
        "a name as a field" if !empty.is_empty() => {
            fields[empty[0]] = numbers.pick(&["Иванов", "Анна", "Сидорова М"]).to_owned();
        }
        "phone as a card" if !empty.is_empty() => fields[empty[empty.len() - 1]] = phone,
        "phone as a plate" if !empty.is_empty() => fields[empty[0]] = phone,
        "phone for the document" => fields[4] = phone,
        "words for nothing" => {
            let word = numbers.pick(&[
                "нет",
                "-",
                "Нету",
                "пусто",
                "–",
                "_",
                "null",
                "не указано",
                "отсутствует",
                ".",
            ]);
            for at in empty {
                if numbers.below(3) > 0 {
                    word.clone_into(&mut fields[at]);
                }
            }
        }
        "zeros for nothing" if !empty.is_empty() => {
            numbers.pick(&["0", "00", "0000", "000"]).clone_into(&mut fields[empty[0]]);
        }
        "label"
            if !fields[one].is_empty() && fields[one].bytes().all(|each| each.is_ascii_digit()) =>
        {
            let label = numbers.pick(&[
                "серия ",
                "№ ",
                "номер:",
                "инн ",
                "карта ",
                "тройка ",
                "стрелка-",
                "госномер ",
                "паспорт ",
            ]);
            fields[one] = format!("{label}{}", fields[one]);
        }
        "quoted" => fields[one] = format!("\"{}\"", fields[one]),
        "spaces" => {
            for field in &mut fields[1..] {
                if numbers.below(2) == 0 {
                    *field = format!(" {field}");
                }
            }
        }
        // A digit of a text or of a date can be another one.
        "letter for digit" | "digit lost" | "digit more" | "digit other"
            if fields[a_filled]
                .contains(|each: char| each.is_lowercase() || " .№".contains(each)) =>
        {
            return None;
        }
        "letter for digit" | "digit lost" | "digit more" | "digit other" => {
            let digits: Vec<usize> = fields[a_filled]
                .match_indices(|each: char| each.is_ascii_digit())
                .map(|(at, _)| at)
                .collect();
            if digits.is_empty() {
                return None;
            }
            let at = digits[numbers.below(digits.len())];
            let digit = fields[a_filled][at..=at].to_owned();
            let instead = match (mistake, digit.as_str()) {
                ("letter for digit", "0") => numbers.pick(&["О", "O", "о"]).to_owned(),
                ("letter for digit", "1") => numbers.pick(&["l", "I"]).to_owned(),
                ("letter for digit", "3") => "З".to_owned(),
                ("letter for digit", "6") => "б".to_owned(),
                ("letter for digit", "8") => "В".to_owned(),
                ("letter for digit", _) => return None,
                ("digit lost", _) => String::new(),
                ("digit more", _) => format!("{digit}{}", numbers.digits(1)),
                _ => numbers.digits(1),
            };
            fields[a_filled].replace_range(at..=at, &instead);
        }
        "passport in one" => {
            let at = 3 + numbers.below(2);
            let both = format!("{}{}{}", fields[3], numbers.pick(&["", " "]), fields[4]);
            fields[3].clear();
            fields[4].clear();
            fields[at] = both;
        }
        "passport turned" => fields.swap(3, 4),
        "series behind" => fields[3..6].rotate_left(1),
        "date other" if fields[1] == "2" => {
            let parts: Vec<String> = fields[5].split('.').map(str::to_owned).collect();
            let [day, month, year] = &parts[..] else { return None };
            let number: usize = month.parse().ok()?;
            let names = [
                "января",
                "февраля",
                "марта",
                "апреля",
                "мая",
                "июня",
                "июля",
                "августа",
                "сентября",
                "октября",
                "ноября",
                "декабря",
            ];
            fields[5] = match numbers.below(11) {
                0 => format!("{month}/{day}/{year}"),
                1 => format!("{day}/{month}/{year}"),
                2 => format!("{year}-{month}-{day}"),
                3 => format!("{day}.{month}.{}", year.get(2..)?),
                4 => format!("{day}{month}{year}"),
                5 => format!("{year}{month}{day}"),
                6 => format!("{day} {} {year}", names.get(number.checked_sub(1)?)?),
                7 => format!("{day} {month} {year} г."),
                8 => format!("{year}.{month}.{day}"),
                9 => format!("{day}-{month}-{}", year.get(2..)?),
                _ => format!("{}/{month}/{day}", year.get(2..)?),
            };
        }
        "date as plate" if fields[1] == "2" && fields[6].is_empty() => fields.swap(5, 6),
        "word latin" => numbers
            .pick(&["Propusk", "ПPOПYCК", "Пpoпycк", "PROPUSK", "ghjgecr"])
            .clone_into(&mut fields[0]),
        "word wrong" => numbers
            .pick(&["Прпуск", "Пропускк", "Проупск", "Пропуск.", "Цифровой пропуск", "Пропуск на"])
            .clone_into(&mut fields[0]),
        "word gone" => drop(fields.remove(0)),
        "type gone" => drop(fields.remove(1)),
        "type other" => {
            numbers.pick(&["1", "2", "3", "№1", "тип 2", "З"]).clone_into(&mut fields[1]);
        }
        "document kind other" => {
            numbers.pick(&["1", "2", "3", "паспорт РФ", ""]).clone_into(&mut fields[2]);
        }
        "separators" => {
            draft.separator = numbers.pick(&[
                "**", " * ", "* ", "#", "/", ",", ", ", ";", " ", "\n", ".", "-", "＊", "***", "x",
                "+", "_", " *",
            ]);
        }
        "cut off" => draft.finish = Some(("cut off", numbers.next() >> 8)),
        "begun too late" => draft.finish = Some(("begun too late", numbers.next() >> 8)),
        "finish" => {
            let how = numbers.pick(&[
                "twice",
                "thanks",
                "greeting",
                "phone behind",
                "capitals",
                "small",
                "one gone",
                "two turned",
                "separator gone",
                "separator gone",
                "separator other",
                "separator other",
                "separator twice",
            ]);
            draft.finish = Some((how, numbers.next() >> 8));
        }
        "plate written apart" if fields.iter().any(|field| field.contains("77")) => {
            let plate =
                |field: &String| field.ends_with("77") && field.starts_with(char::is_alphabetic);
            let at = fields.iter().position(plate)?;
            fields[at] = fields[at].replace("77", numbers.pick(&[" 77", "/77", "|77", "-77rus"]));
        }
        "number with sign" => fields[a_filled] = format!("№{}", fields[a_filled]),
        "all in latin" => {
            for field in fields.iter_mut() {
                *field = field
                    .chars()
                    .map(|each| match each {
                        'А' => 'A',
                        'В' => 'B',
                        'Е' | 'е' => 'e',
                        'К' | 'к' => 'k',
                        'М' => 'M',
                        'Н' => 'H',
                        'О' | 'о' => 'o',
                        'Р' | 'р' => 'p',
                        'С' | 'с' => 'c',
                        'Т' => 'T',
                        'У' | 'у' => 'y',
                        'Х' | 'х' => 'x',
                        other => other,
                    })
                    .collect();
            }
        }
        _ => return None,
    }
    Some(draft)
}
