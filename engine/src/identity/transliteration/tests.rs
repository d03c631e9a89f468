//! Spellings written by hand from the published tables, letter by letter.

use proptest::prelude::*;

use super::Regime::{
    BgnPcgn, Gost779B, GostR52535, Icao9303, Icao9303Latin, Iso9, Iso9Bare, Mvd310, Mvd310French,
    Mvd782, WithoutDiacritics,
};
use super::*;
use crate::identity::name;

/// The columns of [`NAMES`].
const COLUMNS: [Regime; 9] =
    [Icao9303, GostR52535, Mvd310, Mvd782, BgnPcgn, Iso9, Iso9Bare, Gost779B, Mvd310French];

/// A name as it is written in Russian, and by each regime.
#[rustfmt::skip]
const NAMES: &[(&str, [&str; 9])] = &[
    // ICAO 9303       GOST R 52535.1   MVD 310          MVD 782          BGN/PCGN         ISO 9            without          GOST 7.79 B      MVD 310, French
    ("Иванов", ["Ivanov", "Ivanov", "Ivanov", "Ivanov", "Ivanov", "Ivanov", "Ivanov", "Ivanov", "Ivanov"]),
    ("Щербаков", ["Shcherbakov", "Shcherbakov", "Shcherbakov", "Shcherbakov", "Shcherbakov", "Ŝerbakov", "Serbakov", "Shherbakov", "Chtcherbakov"]),
    ("Цой", ["Tsoi", "Tcoi", "Tsoy", "Tsoy", "Tsoy", "Coj", "Coj", "Czoj", "Tsoi"]),
    ("Хачатурян", ["Khachaturian", "Khachaturian", "Khachaturyan", "Khachaturyan", "Khachaturyan", "Hačaturân", "Hacaturan", "Xachaturyan", "Khatchatourian"]),
    ("Юшкевич", ["Iushkevich", "Iushkevich", "Yushkevich", "Yushkevich", "Yushkevich", "Ûškevič", "Uskevic", "Yushkevich", "Iouchkevitch"]),
    ("Ольгин", ["Olgin", "Olgin", "Ol'gin", "Ol'gin", "Ol’gin", "Olʹgin", "Olgin", "Ol`gin", "Olguine"]),
    ("Эйнем", ["Einem", "Einem", "Eynem", "Eynem", "Eynem", "Èjnem", "Ejnem", "E`jnem", "Einem"]),
    ("Подъячев", ["Podieiachev", "Podiachev", "Pod\"yachev", "Pod'yachev", "Pod”yachev", "Podʺâčev", "Podacev", "Pod``yachev", "Podiatchev"]),
    ("Жуков", ["Zhukov", "Zhukov", "Zhukov", "Zhukov", "Zhukov", "Žukov", "Zukov", "Zhukov", "Joukov"]),
    ("Фёдоров", ["Fedorov", "Fedorov", "Fyedorov", "Fyedorov", "Fëdorov", "Fëdorov", "Fedorov", "Fyodorov", "Fedorov"]),
    ("Ёлкин", ["Elkin", "Elkin", "Yelkin", "Yolkin", "Yëlkin", "Ëlkin", "Elkin", "Yolkin", "Elkine"]),
    ("Семёнова", ["Semenova", "Semenova", "Semenova", "Semyenova", "Semënova", "Semënova", "Semenova", "Semyonova", "Semenova"]),
    ("Чёрный", ["Chernyi", "Chernyi", "Chernyy", "Chernyy", "Chërnyy", "Čërnyj", "Cernyj", "Chyorny`j", "Tchernyi"]),
    ("Щукин", ["Shchukin", "Shchukin", "Shchukin", "Shchukin", "Shchukin", "Ŝukin", "Sukin", "Shhukin", "Chtchoukine"]),
    ("Васильев", ["Vasilev", "Vasilev", "Vasil'yev", "Vasil'yev", "Vasil’yev", "Vasilʹev", "Vasilev", "Vasil`ev", "Vassiliev"]),
    ("Ильин", ["Ilin", "Ilin", "Il'in", "Il'yin", "Il’in", "Ilʹin", "Ilin", "Il`in", "Iline"]),
    ("Юрий", ["Iurii", "Iurii", "Yuriy", "Yuriy", "Yuriy", "Ûrij", "Urij", "Yurij", "Iourii"]),
    ("Дмитрий", ["Dmitrii", "Dmitrii", "Dmitriy", "Dmitriy", "Dmitriy", "Dmitrij", "Dmitrij", "Dmitrij", "Dmitrii"]),
    ("Сергей", ["Sergei", "Sergei", "Sergey", "Sergey", "Sergey", "Sergej", "Sergej", "Sergej", "Serguei"]),
    ("Андрей", ["Andrei", "Andrei", "Andrey", "Andrey", "Andrey", "Andrej", "Andrej", "Andrej", "Andrei"]),
    ("Алексей", ["Aleksei", "Aleksei", "Aleksey", "Aleksey", "Aleksey", "Aleksej", "Aleksej", "Aleksej", "Alexei"]),
    ("Александр", ["Aleksandr", "Aleksandr", "Aleksandr", "Aleksandr", "Aleksandr", "Aleksandr", "Aleksandr", "Aleksandr", "Alexandr"]),
    ("Ксения", ["Kseniia", "Kseniia", "Kseniya", "Kseniya", "Kseniya", "Kseniâ", "Ksenia", "Kseniya", "Xeniia"]),
    ("Мария", ["Mariia", "Mariia", "Mariya", "Mariya", "Mariya", "Mariâ", "Maria", "Mariya", "Mariia"]),
    ("Юлия", ["Iuliia", "Iuliia", "Yuliya", "Yuliya", "Yuliya", "Ûliâ", "Ulia", "Yuliya", "Iouliia"]),
    ("Наталья", ["Natalia", "Natalia", "Natal'ya", "Natal'ya", "Natal’ya", "Natalʹâ", "Natala", "Natal`ya", "Natalia"]),
    ("Наталия", ["Nataliia", "Nataliia", "Nataliya", "Nataliya", "Nataliya", "Nataliâ", "Natalia", "Nataliya", "Nataliia"]),
    ("Татьяна", ["Tatiana", "Tatiana", "Tat'yana", "Tat'yana", "Tat’yana", "Tatʹâna", "Tatana", "Tat`yana", "Tatiana"]),
    ("Елена", ["Elena", "Elena", "Yelena", "Yelena", "Yelena", "Elena", "Elena", "Elena", "Elena"]),
    ("Евгений", ["Evgenii", "Evgenii", "Yevgeniy", "Yevgeniy", "Yevgeniy", "Evgenij", "Evgenij", "Evgenij", "Evguenii"]),
    ("Екатерина", ["Ekaterina", "Ekaterina", "Yekaterina", "Yekaterina", "Yekaterina", "Ekaterina", "Ekaterina", "Ekaterina", "Ekaterina"]),
    ("Игорь", ["Igor", "Igor", "Igor'", "Igor'", "Igor’", "Igorʹ", "Igor", "Igor`", "Igor"]),
    ("Ольга", ["Olga", "Olga", "Ol'ga", "Ol'ga", "Ol’ga", "Olʹga", "Olga", "Ol`ga", "Olga"]),
    ("Пётр", ["Petr", "Petr", "Petr", "Pyetr", "Pëtr", "Pëtr", "Petr", "Pyotr", "Petr"]),
    ("Артём", ["Artem", "Artem", "Artem", "Artyem", "Artëm", "Artëm", "Artem", "Artyom", "Artem"]),
    ("Цветкова", ["Tsvetkova", "Tcvetkova", "Tsvetkova", "Tsvetkova", "Tsvetkova", "Cvetkova", "Cvetkova", "Czvetkova", "Tsvetkova"]),
    ("Цыганов", ["Tsyganov", "Tcyganov", "Tsyganov", "Tsyganov", "Tsyganov", "Cyganov", "Cyganov", "Cy`ganov", "Tsyganov"]),
    ("Яковлев", ["Iakovlev", "Iakovlev", "Yakovlev", "Yakovlev", "Yakovlev", "Âkovlev", "Akovlev", "Yakovlev", "Iakovlev"]),
    ("Яна", ["Iana", "Iana", "Yana", "Yana", "Yana", "Âna", "Ana", "Yana", "Iana"]),
    ("Крылов", ["Krylov", "Krylov", "Krylov", "Krylov", "Krylov", "Krylov", "Krylov", "Kry`lov", "Krylov"]),
    ("Рыжий", ["Ryzhii", "Ryzhii", "Ryzhiy", "Ryzhiy", "Ryzhiy", "Ryžij", "Ryzij", "Ry`zhij", "Ryjii"]),
    ("Зайцев", ["Zaitsev", "Zaitcev", "Zaytsev", "Zaytsev", "Zaytsev", "Zajcev", "Zajcev", "Zajcev", "Zaitsev"]),
    ("Григорьев", ["Grigorev", "Grigorev", "Grigor'yev", "Grigor'yev", "Grigor’yev", "Grigorʹev", "Grigorev", "Grigor`ev", "Grigoriev"]),
    ("Гусев", ["Gusev", "Gusev", "Gusev", "Gusev", "Gusev", "Gusev", "Gusev", "Gusev", "Goussev"]),
    ("Кузьмин", ["Kuzmin", "Kuzmin", "Kuz'min", "Kuz'min", "Kuz’min", "Kuzʹmin", "Kuzmin", "Kuz`min", "Kouzmine"]),
    ("Максимов", ["Maksimov", "Maksimov", "Maksimov", "Maksimov", "Maksimov", "Maksimov", "Maksimov", "Maksimov", "Maximov"]),
    ("Соловьёв", ["Solovev", "Solovev", "Solov'yev", "Solov'yov", "Solov’yëv", "Solovʹëv", "Solovev", "Solov`yov", "Soloviev"]),
    ("Краевой", ["Kraevoi", "Kraevoi", "Krayevoy", "Krayevoy", "Krayevoy", "Kraevoj", "Kraevoj", "Kraevoj", "Kraevoi"]),
    ("Объедков", ["Obieedkov", "Obedkov", "Ob\"yedkov", "Ob'yedkov", "Ob”yedkov", "Obʺedkov", "Obedkov", "Ob``edkov", "Obedkov"]),
    ("Мейер", ["Meier", "Meier", "Meyyer", "Meyer", "Meyyer", "Mejer", "Mejer", "Mejer", "Meier"]),
    ("Шмидт", ["Shmidt", "Shmidt", "Shmidt", "Shmidt", "Shmidt", "Šmidt", "Smidt", "Shmidt", "Chmidt"]),
    ("Ющенко", ["Iushchenko", "Iushchenko", "Yushchenko", "Yushchenko", "Yushchenko", "Ûŝenko", "Usenko", "Yushhenko", "Iouchtchenko"]),
    ("Эдуард", ["Eduard", "Eduard", "Eduard", "Eduard", "Eduard", "Èduard", "Eduard", "E`duard", "Edouard"]),
    ("Ульяна", ["Uliana", "Uliana", "Ul'yana", "Ul'yana", "Ul’yana", "Ulʹâna", "Ulana", "Ul`yana", "Ouliana"]),
    ("Жанна", ["Zhanna", "Zhanna", "Zhanna", "Zhanna", "Zhanna", "Žanna", "Zanna", "Zhanna", "Janna"]),
    ("Чехов", ["Chekhov", "Chekhov", "Chekhov", "Chekhov", "Chekhov", "Čehov", "Cehov", "Chexov", "Tchekhov"]),
    ("Мацуев", ["Matsuev", "Matcuev", "Matsuyev", "Matsuyev", "Matsuyev", "Macuev", "Macuev", "Maczuev", "Matsouev"]),
    ("Айзенберг", ["Aizenberg", "Aizenberg", "Ayzenberg", "Ayzenberg", "Ayzenberg", "Ajzenberg", "Ajzenberg", "Ajzenberg", "Aizenberg"]),
    ("Оксана", ["Oksana", "Oksana", "Oksana", "Oksana", "Oksana", "Oksana", "Oksana", "Oksana", "Oxana"]),
    ("Даниил", ["Daniil", "Daniil", "Daniil", "Daniil", "Daniil", "Daniil", "Daniil", "Daniil", "Daniil"]),
    ("Любовь", ["Liubov", "Liubov", "Lyubov'", "Lyubov'", "Lyubov’", "Lûbovʹ", "Lubov", "Lyubov`", "Lioubov"]),
    ("Сыроежкин", ["Syroezhkin", "Syroezhkin", "Syroyezhkin", "Syroyezhkin", "Syroyezhkin", "Syroežkin", "Syroezkin", "Sy`roezhkin", "Syroejkine"]),
    ("Клеёнкина", ["Kleenkina", "Kleenkina", "Kleyenkina", "Kleyonkina", "Kleyënkina", "Kleënkina", "Kleenkina", "Kleyonkina", "Kleenkina"]),
    ("Съедин", ["Sieedin", "Sedin", "S\"yedin", "S'yedin", "S”yedin", "Sʺedin", "Sedin", "S``edin", "Sedine"]),
    ("Римский-Корсаков", ["Rimskii-Korsakov", "Rimskii-Korsakov", "Rimskiy-Korsakov", "Rimskiy-Korsakov", "Rimskiy-Korsakov", "Rimskij-Korsakov", "Rimskij-Korsakov", "Rimskij-Korsakov", "Rimskii-Korsakov"]),
    ("Анна Мария", ["Anna Mariia", "Anna Mariia", "Anna Mariya", "Anna Mariya", "Anna Mariya", "Anna Mariâ", "Anna Maria", "Anna Mariya", "Anna Mariia"]),
    ("Виктория", ["Viktoriia", "Viktoriia", "Viktoriya", "Viktoriya", "Viktoriya", "Viktoriâ", "Viktoria", "Viktoriya", "Viktoriia"]),
    ("Всеволод", ["Vsevolod", "Vsevolod", "Vsevolod", "Vsevolod", "Vsevolod", "Vsevolod", "Vsevolod", "Vsevolod", "Vsevolod"]),
    ("Тимофеевич", ["Timofeevich", "Timofeevich", "Timofeyevich", "Timofeyevich", "Timofeyevich", "Timofeevič", "Timofeevic", "Timofeevich", "Timofeevitch"]),
    ("Хлюпин", ["Khliupin", "Khliupin", "Khlyupin", "Khlyupin", "Khlyupin", "Hlûpin", "Hlupin", "Xlyupin", "Khlioupine"]),
];

/// A name, a spelling, and every regime that makes it one.
#[rustfmt::skip]
const BY: &[(&str, &str, &[Regime])] = &[
    // Ц: TS, TC, C, CZ; Й: I, Y, J.
    ("Цой", "Tsoi", &[Icao9303, Mvd310French]),
    ("Цой", "Tcoi", &[GostR52535]),
    ("Цой", "Tsoy", &[Mvd310, Mvd782, BgnPcgn]),
    ("Цой", "Coj", &[Iso9, Iso9Bare]),
    ("Цой", "Czoj", &[Gost779B]),
    ("Зайцев", "Zajcev", &[Iso9, Iso9Bare, Gost779B]),
    ("Зайцев", "Zajczev", &[Gost779B]),
    // The hard sign: IE, nothing, quotation marks, an apostrophe, two graves.
    ("Подъячев", "Podieiachev", &[Icao9303]),
    ("Подъячев", "Podiachev", &[GostR52535]),
    ("Подъячев", "Podyachev", &[Mvd310, Mvd782, BgnPcgn, Gost779B]),
    ("Подъячев", "Pod'yachev", &[Mvd782]),
    ("Подъячев", "Pod\"yachev", &[Mvd310, BgnPcgn]),
    ("Подъячев", "Pod''yachev", &[Gost779B]),
    ("Подъячев", "Podiatchev", &[Mvd310French]),
    ("Подъячев", "Podacev", &[Iso9Bare]),
    ("Подъячев", "Podâčev", &[Iso9, Iso9Bare]),
    // The soft sign, and vowels behind it.
    ("Ильин", "Ilyin", &[Mvd782]),
    ("Ильин", "Il'yin", &[Mvd782]),
    ("Ильин", "Il'in", &[Mvd310, BgnPcgn, Iso9, Gost779B]),
    ("Ильин", "Ilin", &[Icao9303, GostR52535, Mvd310, BgnPcgn, Iso9, Iso9Bare, Gost779B, Mvd310French]),
    ("Ильин", "Iline", &[Mvd310French]),
    ("Васильев", "Vasilev", &[Icao9303, GostR52535, Mvd310, Iso9, Iso9Bare, Gost779B, Mvd310French]),
    ("Васильев", "Vasilyev", &[Mvd310, Mvd782, BgnPcgn]),
    ("Васильев", "Vasil'yev", &[Mvd310, Mvd782, BgnPcgn]),
    ("Васильев", "Vassiliev", &[Mvd310French]),
    ("Васильев", "Vasiliev", &[Mvd310French]),
    // Е: always E, E or YE, by what stands before; Ё is Е here.
    ("Елена", "Elena", &[Icao9303, GostR52535, Mvd310, Iso9, Iso9Bare, Gost779B, Mvd310French]),
    ("Елена", "Yelena", &[Mvd310, Mvd782, BgnPcgn]),
    ("Мейер", "Meyer", &[Mvd310, Mvd782]),
    ("Мейер", "Meyyer", &[Mvd310, Mvd782, BgnPcgn]),
    ("Фёдор", "Fyodor", &[BgnPcgn, Gost779B]),
    ("Фёдор", "Fyedor", &[Mvd310, Mvd782]),
    ("Фёдор", "Fiodor", &[Icao9303]),
    ("Чёрнов", "Chernov", &[Icao9303, GostR52535, Mvd310, Mvd782, BgnPcgn, Gost779B]),
    ("Чёрнов", "Chyernov", &[Mvd310]),
    ("Соловьёв", "Solovyov", &[Mvd782, BgnPcgn, Gost779B]),
    // Ю, Я: IU, YU, IOU, Û; the ending of ИЙ.
    ("Юрий", "Iurii", &[Icao9303, GostR52535]),
    ("Юрий", "Yuriy", &[Mvd310, Mvd782, BgnPcgn]),
    ("Юрий", "Yury", &[Mvd310, BgnPcgn]),
    ("Юрий", "Iourii", &[Mvd310French]),
    ("Юрий", "Yurij", &[Gost779B]),
    ("Юрий", "Ûrij", &[Iso9, Iso9Bare]),
    ("Юрий", "Urij", &[Iso9Bare]),
    ("Чёрный", "Cherny", &[Mvd310, BgnPcgn]),
    // Х, Щ, Ш, Ч, Ж, Э.
    ("Хохлов", "Khokhlov", &[Icao9303, GostR52535, Mvd310, Mvd782, BgnPcgn, Mvd310French]),
    ("Хохлов", "Hohlov", &[Iso9, Iso9Bare]),
    ("Хохлов", "Xoxlov", &[Gost779B]),
    ("Хорош", "Khorosh", &[Icao9303, GostR52535, Mvd310, Mvd782, BgnPcgn]),
    ("Хорош", "Khoroch", &[Mvd310French]),
    ("Щеглов", "Shcheglov", &[Icao9303, GostR52535, Mvd310, Mvd782, BgnPcgn]),
    ("Щеглов", "Shheglov", &[Gost779B]),
    ("Щеглов", "Ŝeglov", &[Iso9, Iso9Bare]),
    ("Щеглов", "Seglov", &[Iso9Bare]),
    ("Щеглов", "Chtcheglov", &[Mvd310French]),
    ("Жданов", "Zhdanov", &[Icao9303, GostR52535, Mvd310, Mvd782, BgnPcgn, Gost779B]),
    ("Жданов", "Jdanov", &[Mvd310French]),
    ("Элла", "Ella", &[Icao9303, GostR52535, Mvd310, Mvd782, BgnPcgn, Iso9Bare, Gost779B, Mvd310French]),
    ("Элла", "Èlla", &[Icao9303, GostR52535, Mvd310, Mvd782, BgnPcgn, Iso9, Iso9Bare, Gost779B, Mvd310French]),
    // КС, С between vowels, Г before front vowels, ИН at the end.
    ("Александр", "Alexandr", &[Mvd310, Mvd310French]),
    ("Гусев", "Goussev", &[Mvd310French]),
    ("Сергей", "Serguei", &[Mvd310French]),
    ("Сергей", "Sergei", &[Icao9303, GostR52535, Mvd310French]),
    ("Васин", "Vassine", &[Mvd310French]),
    // None of them.
    ("Александр", "Alexander", &[]),
    ("Иванов", "Ivanova", &[]),
    ("Иванов", "Ivano", &[]),
    ("Иванов", "Iwanow", &[]),
    ("Подъячев", "Podjachev", &[]),
    ("Яна", "Anna", &[]),
    ("Васнецов", "Vassnetsov", &[]),
    ("Гагарин", "Guagarine", &[]),
    ("Инна", "Inena", &[]),
    ("Аксаков", "Axsakov", &[]),
    ("Хлюпин", "Hlyupin", &[]),
];

/// Two spellings without a Cyrillic one between them, and what makes them one name.
#[rustfmt::skip]
const LATIN: &[(&str, &str, Option<Explanation>)] = &[
    ("Müller", "Muller", Some(Explanation::One(WithoutDiacritics))),
    ("Müller", "Mueller", Some(Explanation::One(Icao9303Latin))),
    ("Müller-Böhm", "Mueller-Bohm", Some(Explanation::One(Icao9303Latin))),
    ("Jäger", "Jaeger", Some(Explanation::One(Icao9303Latin))),
    ("Ångström", "Aangstroem", Some(Explanation::One(Icao9303Latin))),
    ("Ångström", "Angstrom", Some(Explanation::One(WithoutDiacritics))),
    ("Jørgensen", "Joergensen", Some(Explanation::One(Icao9303Latin))),
    ("Jørgensen", "Jorgensen", Some(Explanation::One(Icao9303Latin))),
    ("Jørgensen", "Jörgensen", Some(Explanation::One(Icao9303Latin))),
    ("Bræmer", "Braemer", Some(Explanation::One(Icao9303Latin))),
    ("Łukasz", "Lukasz", Some(Explanation::One(Icao9303Latin))),
    ("Þórsdóttir", "Thorsdottir", Some(Explanation::One(Icao9303Latin))),
    ("GROẞ", "Gross", Some(Explanation::One(Icao9303Latin))),
    ("O'Neill", "Oneill", Some(Explanation::One(Icao9303Latin))),
    ("Şahin", "Sahin", Some(Explanation::One(WithoutDiacritics))),
    ("Müller", "Moeller", None),
    ("Muller", "Mueller", None),
    ("Boe", "Bo", None),
    // Papers of different years.
    ("Iuliia", "Yuliya", Some(Explanation::Two(Icao9303, Mvd310))),
    ("Dmitrii", "Dmitriy", Some(Explanation::Two(Icao9303, Mvd310))),
    ("Dmitry", "Dmitrii", Some(Explanation::Two(Mvd310, Icao9303))),
    ("Tsoi", "Tcoi", Some(Explanation::Two(Icao9303, GostR52535))),
    ("Evgenii", "Yevgeniy", Some(Explanation::Two(Icao9303, Mvd310))),
    ("Vasilev", "Vasilyev", Some(Explanation::Two(Icao9303, Mvd310))),
    ("Ilin", "Ilyin", Some(Explanation::Two(Icao9303, Mvd782))),
    ("Aleksandr", "Alexandr", Some(Explanation::Two(Icao9303, Mvd310))),
    ("Podieiachev", "Podyachev", Some(Explanation::Two(Icao9303, Mvd310))),
    ("Khokhlov", "Xoxlov", Some(Explanation::Two(Icao9303, Gost779B))),
    ("Žukov", "Zhukov", Some(Explanation::Two(Iso9, Icao9303))),
    ("Joukov", "Zhukov", Some(Explanation::Two(Mvd310French, Icao9303))),
    ("Serguei", "Sergey", Some(Explanation::Two(Mvd310French, Mvd310))),
    ("Anna Mariia", "Anna Mariya", Some(Explanation::Two(Icao9303, Mvd310))),
    // The same name needs more than the same sound, and other names are others.
    ("Aleksandr", "Alexander", None),
    ("Maria", "Mariia", None),
    ("Natalia", "Nataliya", None),
    ("Ana", "Yana", None),
    ("Anna", "Nina", None),
    ("Ivanov", "Ivanova", None),
    ("Iuliia", "Yulia", None),
    // A sign that one writes as IE, and the other leaves out, stands behind a consonant.
    ("Obieedkov", "Obedkov", Some(Explanation::Two(Icao9303, GostR52535))),
    ("Maiev", "Mav", None),
    ("Anna Maria", "Anna-Maria", None),
    ("Anna Maria", "Anna", None),
    // Cyrillic, both.
    ("Цой", "Цои", Some(Explanation::One(WithoutDiacritics))),
    ("Элла", "Елла", Some(Explanation::One(Icao9303))),
    ("Наталья", "Наталя", Some(Explanation::One(Icao9303))),
    ("Подъячев", "Подячев", Some(Explanation::One(GostR52535))),
    ("Їжак", "Іжак", Some(Explanation::One(WithoutDiacritics))),
    ("Яна", "Ана", None),
    ("Жара", "Зара", None),
    ("Наталья", "Наталия", None),
    ("Иванов", "Иванова", None),
    ("Иванов-Тестов", "Иванов Тестов", None),
    // Numbers.
    ("4509", "4508", None),
];

fn canonical(text: &str) -> String {
    name::canonical(text).expect(text)
}

#[test]
fn every_name_by_every_regime() {
    assert!(NAMES.len() >= 60);
    for (russian, spellings) in NAMES {
        let russian = canonical(russian);
        for (regime, spelling) in COLUMNS.iter().zip(spellings) {
            let latin = canonical(spelling);
            for (one, other) in [(&russian, &latin), (&latin, &russian)] {
                assert!(regime.explains(one, other), "{regime}: {one} {other}");
                // Another regime may stand before it.
                let explained = explain(one, other).expect("an explanation");
                let Explanation::One(first) = explained else { panic!("{one} {other}") };
                assert!(first <= *regime && first.explains(one, other), "{one} {other}");
            }
        }
    }
}

#[test]
fn every_letter_is_met_in_every_regime() {
    for (place, regime) in COLUMNS.iter().enumerate() {
        let table = regimes::table(*regime).expect("a table");
        for letter in letters::ALPHABET {
            let text = table.ordinary(letter).expect("a way");
            let names = NAMES.iter().filter(|(russian, spellings)| {
                canonical(russian).contains(letter) && canonical(spellings[place]).contains(text)
            });
            assert!(names.count() > 0, "{regime}: {letter}");
        }
    }
}

#[test]
fn a_spelling_is_explained_by_its_regimes_alone() {
    let mut wrong = Vec::new();
    for (russian, spelling, regimes) in BY {
        let (russian, latin) = (canonical(russian), canonical(spelling));
        for regime in COLUMNS {
            let explains = regime.explains(&russian, &latin);
            if explains != regimes.contains(&regime) {
                wrong.push(format!("{regime}: {russian} {latin}: {explains}"));
            }
        }
        let first = regimes.iter().min().map(|regime| Explanation::One(*regime));
        if explain(&russian, &latin) != first {
            wrong.push(format!("{russian} {latin}: not {first:?} first"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for regime in COLUMNS {
        assert!(BY.iter().any(|(_, _, regimes)| regimes.contains(&regime)), "{regime}");
    }
}

#[test]
fn spellings_in_one_script() {
    for (one, other, expected) in LATIN {
        let (one, other) = (canonical_or_number(one), canonical_or_number(other));
        assert_eq!(explain(&one, &other), *expected, "{one} {other}");
        assert_eq!(equivalent(&other, &one), expected.is_some(), "{other} {one}");
    }
    let met = |regime| LATIN.iter().any(|(_, _, by)| *by == Some(Explanation::One(regime)));
    assert!(met(WithoutDiacritics) && met(Icao9303Latin));
}

fn canonical_or_number(text: &str) -> String {
    name::canonical(text).unwrap_or_else(|_| text.to_owned())
}

#[test]
fn written_names_of_explanations() {
    assert_eq!(Explanation::One(Icao9303).to_string(), "icao_9303");
    let two = Explanation::Two(Icao9303, Mvd310);
    assert_eq!(
        (two.to_string().as_str(), two.turned().to_string().as_str()),
        ("icao_9303/mvd_310", "mvd_310/icao_9303")
    );
    for regime in Regime::ALL {
        assert_eq!(Regime::parse(regime.as_str()), Some(*regime));
    }
}

#[test]
fn long_and_hostile_texts_end_soon() {
    let long = "Е".repeat(200);
    assert_eq!(explain(&long, &"YE".repeat(200)), None);
    assert_eq!(explain(&"Е".repeat(128), &"E".repeat(128)), Some(Explanation::One(Icao9303)));
    let (one, other) = ("IEYEIEYE".repeat(16), "YEIEYEIE".repeat(16));
    assert_eq!(explain(&one, &other), None);
    let (one, other) = ("IEYEIEYE".repeat(4), "YEIEYEII".repeat(4));
    let _ = explain(&one, &other);
    let _ = explain(&"ÖÜÄ".repeat(42), &"OEUEAE".repeat(21));
    assert_eq!(explain("COL·LET", "COLLET"), Some(Explanation::One(Icao9303Latin)));
    // Many ways lead to the same places, and none to the end.
    let umlauts = "Ö".repeat(100);
    assert_eq!(explain(&format!("{umlauts}A"), &format!("{umlauts}B")), None);
    let apostrophes = |count| "'".repeat(count);
    let (one, other) = (format!("А{}", apostrophes(100)), format!("A{}B", apostrophes(50)));
    assert_eq!(explain(&one, &other), None);
    // Letters that several regimes write, or leave out, in many ways: each place is looked at once.
    for letter in ["S", "I", "Y", "IE"] {
        for more in 0..4 {
            let (one, other) = (letter.repeat(14), letter.repeat(14 + more / letter.len()));
            assert_eq!(equivalent(&one, &other), equivalent(&other, &one), "{one} {other}");
        }
    }
    for text in ["", " ", "-", "'", "\u{301}", "Ь", "Ъ", "王", "·"] {
        for other in ["", "A", "А", "IE", "' '", "王王"] {
            assert_eq!(equivalent(text, other), equivalent(other, text), "{text:?} {other:?}");
        }
    }
}

/// Letters that some regime writes alike, in groups.
const ALIKE: [&str; 3] = ["ИЙ", "ЕЭ", "ЬЪ"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn equivalence_has_two_directions(
        one in "[А-Я]{1,8}|[A-Z'ŽÛÂÖË]{1,10}",
        other in "[А-Я]{1,8}|[A-Z'ŽÛÂÖË]{1,10}",
    ) {
        prop_assert_eq!(equivalent(&one, &other), equivalent(&other, &one));
        prop_assert!(equivalent(&one, &one));
    }

    #[test]
    fn a_changed_letter_is_another_name(
        name in "[БВГДЖЗКЛМНПРСТФ][АОУЫИ]([БВГДЖЗКЛМНПРСТФХЦЧШЩ][АОУЫИЕ]){1,4}[ВНЛ]",
        place in 0usize..10,
        letter in "[А-Я]",
        regime in 0usize..9,
    ) {
        let mut letters: Vec<char> = name.chars().collect();
        let place = place % letters.len();
        let letter = letter.chars().next().expect("a letter");
        let (before, regime) = (letters[place], COLUMNS[regime]);
        let is_alike = ALIKE.iter().any(|group| group.contains(before) && group.contains(letter));
        prop_assume!(before != letter && !is_alike && !"ЬЪ".contains(letter));
        letters[place] = letter;
        let other: String = letters.into_iter().collect();
        prop_assert!(!equivalent(&name, &other), "{} {}", name, other);
        // Nor does a regime write it as it writes the other, but where diacritics are lost, or it writes
        // both letters alike.
        let table = regimes::table(regime).expect("a table");
        let mut texts = table.ways(before).map(|way| way.text);
        prop_assume!(!texts.any(|text| table.ways(letter).any(|way| way.text == text)));
        let latin: String = other.chars().filter_map(|letter| table.ordinary(letter)).collect();
        let is_one = regime != Iso9Bare && regime.explains(&name, &latin);
        prop_assert!(!is_one, "{}: {} {}", regime, name, latin);
    }
}
