package dev.mainstay.web.seed;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Made-up notices that read like those of a real board. The {@code number}-th notice is a function
 * of the seed and its number alone, whoever asks for it and in whatever order.
 */
record SeedTexts(long seed) {

  /** A made-up notice; {@code comments} are what others said below it, the oldest first. */
  record Made(String title, String body, String author, List<String> comments, List<String> by) {}

  private static final List<String> PEOPLE =
      List.of(
          "Ada",
          "Amir",
          "Anna",
          "Björn",
          "Chidi",
          "Chloé",
          "Dana",
          "Edsger",
          "Elif",
          "Emeka",
          "Fatima",
          "Grace",
          "Hiro",
          "Ines",
          "Ivan",
          "Jonas",
          "Kateřina",
          "Lena",
          "Linus",
          "Mei",
          "Nadia",
          "Noah",
          "Olga",
          "Omar",
          "Paula",
          "Priya",
          "Radia",
          "Rosa",
          "Søren",
          "Tomás",
          "Ute",
          "Wanda",
          "Yuki",
          "Zoë");

  private static final List<String> INITIALS =
      List.of("A.", "B.", "C.", "D.", "F.", "G.", "H.", "K.", "L.", "M.", "P.", "R.", "S.", "T.");

  private static final List<String> THINGS =
      List.of(
          "bicycle",
          "bookshelf",
          "camera",
          "chess set",
          "coffee grinder",
          "desk lamp",
          "drill",
          "electric piano",
          "globe",
          "guitar",
          "hiking boots",
          "keyboard",
          "ladder",
          "microscope",
          "moving boxes",
          "oak table",
          "record player",
          "rowing machine",
          "sewing machine",
          "sleeping bag",
          "telescope",
          "tent",
          "toolbox",
          "typewriter",
          "umbrella",
          "violin",
          "wheelbarrow",
          "winter coat");

  private static final List<String> LOOKS =
      List.of(
          "blue",
          "dark green",
          "old",
          "nearly new",
          "red",
          "small",
          "large",
          "folding",
          "wooden",
          "well-kept",
          "vintage",
          "yellow",
          "silver",
          "light",
          "sturdy",
          "repaired");

  private static final List<String> PLACES =
      List.of(
          "at the market hall",
          "by the canal",
          "in the library",
          "on the second floor",
          "near the station",
          "at the community garden",
          "behind the town hall",
          "in Mill Lane",
          "at the swimming pool",
          "by the old bridge",
          "in the park",
          "at the bakery");

  private static final List<String> EVENTS =
      List.of(
          "Chess evening",
          "Choir practice",
          "Flea market",
          "Repair café",
          "Reading group",
          "Neighbourhood breakfast",
          "First-aid course",
          "Bicycle workshop",
          "Open-air cinema",
          "Seed swap",
          "Language exchange",
          "Board-game night",
          "Lecture on the night sky");

  private static final List<String> DAYS =
      List.of("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday");

  private static final List<String> PETS =
      List.of("cat", "tabby cat", "dog", "parrot", "tortoise", "rabbit", "black cat", "terrier");

  private static final List<String> CLOSINGS =
      List.of(
          "Please ring the bell twice.",
          "Bring your own cup.",
          "No hurry at all.",
          "Children are welcome.",
          "First come, first served.",
          "A cake in return would be lovely. 🍰",
          "Leave a note here if you are interested.",
          "It rains? We meet all the same. ☔",
          "Thank you for reading this far!",
          "Ask for the key at the bakery.",
          "I can help to carry it.",
          "Everybody is welcome. 🎉");

  private static final List<String> REPLIES =
      List.of(
          "Is it still to be had?",
          "Count me in!",
          "I saw it yesterday by the old bridge.",
          "What a good idea. 👍",
          "Could you make it half an hour later?",
          "I have sent you a note.",
          "Thank you, it found a good home.",
          "Can I bring my sister?",
          "Which floor is it?",
          "We had such a good time there last year.",
          "I would take it if nobody else does.");

  Made notice(int number) {
    // The generator mixes its seed well, but neighbouring seeds walk the same sequence shifted: so
    // draw a seed first.
    var dice = new SplittableRandom(new SplittableRandom(seed ^ ((long) number << 32)).nextLong());
    String thing = pick(dice, LOOKS) + " " + pick(dice, THINGS);
    String place = pick(dice, PLACES);
    String day = pick(dice, DAYS);
    String closing = pick(dice, CLOSINGS);
    String title;
    String text;
    switch (dice.nextInt(6)) {
      case 0 -> {
        title = "For sale: " + thing;
        text =
            "I no longer need my %s. It has served me well for %d years; %d euros and it is yours. Come and see it %s, any %s."
                .formatted(thing, dice.nextInt(2, 20), dice.nextInt(1, 40) * 5, place, day);
      }
      case 1 -> {
        title = "Wanted: " + thing;
        text =
            "I am looking for %s, to borrow or to buy. I am %s most of the time on %ss."
                .formatted(oneOf(thing), place, day);
      }
      case 2 -> {
        String event = pick(dice, EVENTS);
        title = event + " on " + day;
        text =
            "We meet %s on %s at %d o'clock. It takes about two hours, costs nothing, and needs no experience."
                .formatted(place, day, dice.nextInt(14, 21));
      }
      case 3 -> {
        String pet = pick(dice, PETS);
        title = "Lost: " + pet + " " + place;
        text =
            "Our %s has been missing since %s and answers to the name of %s. It was last seen %s. It is shy, so please do not chase it."
                .formatted(pet, day, pick(dice, PEOPLE), place);
      }
      case 4 -> {
        title = "Found: " + thing;
        text =
            "Somebody left %s %s on %s. Tell me what is special about it and you can have it back."
                .formatted(oneOf(thing), place, day);
      }
      default -> {
        title = "To give away: " + thing;
        text =
            "Before we move, our %s needs a new home. It stands %s until %s."
                .formatted(thing, place, day);
      }
    }
    List<String> comments = new ArrayList<>();
    List<String> by = new ArrayList<>();
    for (int left = Math.max(0, dice.nextInt(7) - 3); left > 0; left--) {
      comments.add(pick(dice, REPLIES));
      by.add(pick(dice, PEOPLE));
    }
    return new Made(
        title,
        text + "\n\n" + closing,
        pick(dice, PEOPLE) + " " + pick(dice, INITIALS),
        comments,
        by);
  }

  /** "a blue bicycle", "an old guitar". */
  private static String oneOf(String thing) {
    return ("aeiou".indexOf(thing.charAt(0)) < 0 ? "a " : "an ") + thing;
  }

  private static <T> T pick(SplittableRandom dice, List<T> list) {
    return list.get(dice.nextInt(list.size()));
  }
}
