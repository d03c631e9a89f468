mod pictures;
use pictures::*;
use propusk_imaging::*;
fn t(name: &str, c: &Canvas) {
    let p = c.picture();
    let a = std::time::Instant::now();
    let n = read(&p).len();
    println!("T {name} {}x{} {n} codes {:?}", p.width(), p.height(), a.elapsed());
}
#[test]
fn probe() {
    let mut r = Random::new(5);
    let text = url(&mut r);
    let s = Symbol::of(&text).unwrap();
    let mut p = Pose::at(250.0, 250.0, 6.0);
    let mut c = Canvas::new(500, 500, 240.0);
    c.draw(&s, &p);
    t("plain", &c);
    p.tilt = 0.3;
    let mut c = Canvas::new(500, 500, 240.0);
    c.draw(&s, &p);
    t("tilted", &c);
    let mut c = Canvas::new(1200, 1600, 240.0);
    c.clutter(&mut r);
    c.noise(&mut r, 10.0);
    t("clutter", &c);
    let mut c = Canvas::new(2400, 2400, 128.0);
    c.noise(&mut r, 80.0);
    t("noise", &c);
    // finders everywhere
    for (m, pitch) in [(2usize, 40usize), (3, 60), (4, 90), (1, 20)] {
        let n = 2400 / pitch;
        let w = 2400;
        let mut c = Canvas::new(w, w, 255.0);
        for a in 0..n {
            for b in 0..n {
                let (x0, y0) = (10 + a * pitch, 10 + b * pitch);
                if x0 + 7 * m < w && y0 + 7 * m < w {
                    c.fill([x0, y0, x0 + 7 * m, y0 + 7 * m], 0.0);
                    c.fill([x0 + m, y0 + m, x0 + 6 * m, y0 + 6 * m], 255.0);
                    c.fill([x0 + 2 * m, y0 + 2 * m, x0 + 5 * m, y0 + 5 * m], 0.0);
                }
            }
        }
        t("finders", &c);
    }
    let mut c = Canvas::new(2400, 2400, 255.0);
    for x in 0..2400 {
        let k = x % 14;
        if k < 2 || (4..10).contains(&k) || (12..14).contains(&k) {}
    }
    for x in (0..2400).step_by(7) {
        c.fill([x, 0, x + 3, 2400], 0.0);
    }
    t("stripes", &c);
}
