//! Names as they occur in the registers, the commoner ones first.

/// Russian surnames of men, without the ending that women add.
pub(crate) const SURNAMES: &[(&str, &str)] = &[
    ("Иванов", "Иванова"),
    ("Смирнов", "Смирнова"),
    ("Кузнецов", "Кузнецова"),
    ("Попов", "Попова"),
    ("Васильев", "Васильева"),
    ("Петров", "Петрова"),
    ("Соколов", "Соколова"),
    ("Михайлов", "Михайлова"),
    ("Новиков", "Новикова"),
    ("Фёдоров", "Фёдорова"),
    ("Морозов", "Морозова"),
    ("Волков", "Волкова"),
    ("Алексеев", "Алексеева"),
    ("Лебедев", "Лебедева"),
    ("Семёнов", "Семёнова"),
    ("Егоров", "Егорова"),
    ("Павлов", "Павлова"),
    ("Козлов", "Козлова"),
    ("Степанов", "Степанова"),
    ("Николаев", "Николаева"),
    ("Орлов", "Орлова"),
    ("Андреев", "Андреева"),
    ("Макаров", "Макарова"),
    ("Никитин", "Никитина"),
    ("Захаров", "Захарова"),
    ("Зайцев", "Зайцева"),
    ("Соловьёв", "Соловьёва"),
    ("Борисов", "Борисова"),
    ("Яковлев", "Яковлева"),
    ("Григорьев", "Григорьева"),
    ("Королёв", "Королёва"),
    ("Воробьёв", "Воробьёва"),
    ("Кисёлев", "Кисёлева"),
    ("Достоевский", "Достоевская"),
    ("Вишневский", "Вишневская"),
    ("Чёрный", "Чёрная"),
    ("Шевченко", "Шевченко"),
    ("Бондаренко", "Бондаренко"),
    ("Черных", "Черных"),
    ("Салтыков-Щедрин", "Салтыкова-Щедрина"),
    ("Римский-Корсаков", "Римская-Корсакова"),
    ("Мамин-Сибиряк", "Мамина-Сибиряк"),
    ("Д'Артаньян", "Д'Артаньян"),
    ("Ким", "Ким"),
];
/// Men's first names with the patronymics of their sons and daughters.
pub(crate) const MEN: &[(&str, &str, &str)] = &[
    ("Александр", "Александрович", "Александровна"),
    ("Сергей", "Сергеевич", "Сергеевна"),
    ("Дмитрий", "Дмитриевич", "Дмитриевна"),
    ("Андрей", "Андреевич", "Андреевна"),
    ("Алексей", "Алексеевич", "Алексеевна"),
    ("Максим", "Максимович", "Максимовна"),
    ("Евгений", "Евгеньевич", "Евгеньевна"),
    ("Иван", "Иванович", "Ивановна"),
    ("Михаил", "Михайлович", "Михайловна"),
    ("Артём", "Артёмович", "Артёмовна"),
    ("Николай", "Николаевич", "Николаевна"),
    ("Владимир", "Владимирович", "Владимировна"),
    ("Пётр", "Петрович", "Петровна"),
    ("Семён", "Семёнович", "Семёновна"),
    ("Фёдор", "Фёдорович", "Фёдоровна"),
    ("Илья", "Ильич", "Ильинична"),
    ("Виктор", "Викторович", "Викторовна"),
    ("Юрий", "Юрьевич", "Юрьевна"),
];
/// Women's first names.
pub(crate) const WOMEN: &[&str] = &[
    "Анна",
    "Мария",
    "Елена",
    "Ольга",
    "Наталья",
    "Екатерина",
    "Татьяна",
    "Ирина",
    "Светлана",
    "Юлия",
    "Анастасия",
    "Ксения",
    "Дарья",
    "Алёна",
    "Людмила",
    "Софья",
    "Полина",
    "Анна-Мария",
];

/// The names of one origin: nationality, surnames of men and women, and first names of both.
pub(crate) struct Origin {
    pub(crate) nationality: &'static str,
    pub(crate) surnames: &'static [(&'static str, &'static str)],
    pub(crate) men: &'static [&'static str],
    pub(crate) women: &'static [&'static str],
}

const CENTRAL: &[(&str, &str)] = &[
    ("Каримов", "Каримова"),
    ("Рахимов", "Рахимова"),
    ("Юлдашев", "Юлдашева"),
    ("Абдуллаев", "Абдуллаева"),
    ("Шарипов", "Шарипова"),
    ("Саидов", "Саидова"),
    ("Назаров", "Назарова"),
    ("Тошматов", "Тошматова"),
];
const CENTRAL_MEN: &[&str] = &["Мухаммад", "Рустам", "Тимур", "Бахтиёр", "Фаррух", "Азиз"];
const CENTRAL_WOMEN: &[&str] = &["Гульнара", "Дильноза", "Зарина", "Мадина", "Нигора", "Лола"];
const LATIN_CENTRAL: &[(&str, &str)] =
    &[("Karimov", "Karimova"), ("Rahimov", "Rahimova"), ("Yuldashev", "Yuldasheva")];

/// Foreign origins, the commoner ones first.
pub(crate) const ORIGINS: &[Origin] = &[
    Origin { nationality: "UZB", surnames: CENTRAL, men: CENTRAL_MEN, women: CENTRAL_WOMEN },
    Origin { nationality: "TJK", surnames: CENTRAL, men: CENTRAL_MEN, women: CENTRAL_WOMEN },
    Origin { nationality: "KGZ", surnames: CENTRAL, men: CENTRAL_MEN, women: CENTRAL_WOMEN },
    Origin {
        nationality: "UZB",
        surnames: LATIN_CENTRAL,
        men: &["Rustam", "Timur", "Farrukh", "Dilshod"],
        women: &["Gulnara", "Dilnoza", "Zarina", "Madina"],
    },
    Origin {
        nationality: "VNM",
        surnames: &[("Nguyễn", "Nguyễn"), ("Tran", "Tran"), ("Phạm", "Phạm"), ("Le", "Le")],
        men: &["Van Hung", "Minh Đức", "Quang"],
        women: &["Thi Hoa", "Thị Lan", "Mai"],
    },
    Origin {
        nationality: "CHN",
        surnames: &[("Wang", "Wang"), ("Li", "Li"), ("Zhang", "Zhang"), ("Liu", "Liu")],
        men: &["Wei", "Jian", "Zhiqiang"],
        women: &["Fang", "Xiuying", "Lihua"],
    },
    Origin {
        nationality: "TUR",
        surnames: &[("Şahin", "Şahin"), ("Yılmaz", "Yılmaz"), ("Öztürk", "Öztürk")],
        men: &["Mehmet", "Çağrı", "Murat"],
        women: &["Ayşe", "Zeynep", "Gül"],
    },
    Origin {
        nationality: "FRA",
        surnames: &[("O'Neill", "O'Neill"), ("Müller", "Müller"), ("Lefèvre", "Lefèvre")],
        men: &["Jean-Luc", "Rémy", "David"],
        women: &["Zoë", "Julia", "Anne-Sophie"],
    },
    Origin { nationality: "XXA", surnames: CENTRAL, men: CENTRAL_MEN, women: CENTRAL_WOMEN },
];

/// Streets of addresses.
pub(crate) const STREETS: &[&str] = &[
    "Тверская",
    "Арбат",
    "Ленинский проспект",
    "Профсоюзная",
    "Большая Якиманка",
    "Мира проспект",
    "Шаболовка",
    "Дмитровское шоссе",
    "Кутузовский проспект",
    "Пятницкая",
];
/// Employers, each of at most 20 characters.
pub(crate) const ORGANISATIONS: &[&str] =
    &["ООО Ромашка", "АО Мосгаз", "ГБУ Жилищник", "ПАО Связь", "ООО \"Такси 24\"", "Завод Салют"];
/// Hospitals.
pub(crate) const INSTITUTIONS: &[&str] =
    &["ГКБ № 1", "Поликлиника 220", "ГКБ им. Боткина", "НИИ Склифосовского"];
/// Purposes, each of at most 20 characters.
pub(crate) const PURPOSES: &[&str] =
    &["Поездка на дачу", "Помощь родителям", "Магазин", "Перевозка вещей"];
