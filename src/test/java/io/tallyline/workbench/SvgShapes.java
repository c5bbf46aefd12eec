package io.tallyline.workbench;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** The boxes and texts of a picture, as an XML parser reads them. */
record SvgShapes(int width, String title, List<Box> boxes, List<Text> placed) {
  /** Letters of DejaVu Sans Mono, the widest of the fonts named, are 0.602 of their size wide. */
  private static final int LETTER_PER_MILLE = 602;

  private record Box(String kind, int x, int y, int width, int height) {
    boolean holds(int left, int top, int right, int bottom) {
      return x <= left && y <= top && right <= x + width && bottom <= y + height;
    }

    boolean holds(Box other) {
      return holds(other.x, other.y, other.x + other.width, other.y + other.height);
    }

    boolean frames(Box other) {
      return (kind.equals("paper") || kind.equals("frame"))
          && area() > other.area()
          && holds(other);
    }

    boolean meets(Box other) {
      return x < other.x + other.width
          && other.x < x + width
          && y < other.y + other.height
          && other.y < y + height;
    }

    int area() {
      return width * height;
    }
  }

  private record Text(int x, int y, int size, String says) {
    int right() {
      return x + (says.length() * size * LETTER_PER_MILLE + 999) / 1000;
    }
  }

  static SvgShapes of(String svg) {
    Document document = parse(svg);
    List<Box> boxes = new ArrayList<>();
    for (Element box : elements(document, "rect")) {
      boxes.add(
          new Box(
              box.getAttribute("class"),
              number(box, "x"),
              number(box, "y"),
              number(box, "width"),
              number(box, "height")));
    }
    List<Text> texts = new ArrayList<>();
    for (Element text : elements(document, "text")) {
      texts.add(
          new Text(
              number(text, "x"),
              number(text, "y"),
              number(text, "font-size"),
              text.getTextContent()));
    }
    Element root = document.getDocumentElement();
    String title = elements(document, "title").get(0).getTextContent();
    return new SvgShapes(number(root, "width"), title, boxes, texts);
  }

  private static Document parse(String svg) {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      return factory.newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
    } catch (Exception notXml) {
      throw new AssertionError("the picture is not well-formed XML", notXml);
    }
  }

  private static List<Element> elements(Document document, String name) {
    NodeList found = document.getElementsByTagName(name);
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < found.getLength(); i++) {
      elements.add((Element) found.item(i));
    }
    return elements;
  }

  private static int number(Element element, String attribute) {
    return Integer.parseInt(element.getAttribute(attribute));
  }

  List<String> texts() {
    return placed.stream().map(Text::says).toList();
  }

  /** A text belongs to the smallest box around its first letter. */
  List<String> textsOutside() {
    return placed.stream()
        .filter(
            text ->
                boxes.stream()
                    .filter(box -> box.holds(text.x(), text.y() - text.size(), text.x(), text.y()))
                    .min(Comparator.comparingInt(Box::area))
                    .filter(
                        box ->
                            box.holds(text.x(), text.y() - text.size(), text.right(), text.y() + 2))
                    .isEmpty())
        .map(Text::says)
        .toList();
  }

  /** Letters reach three quarters of their size up, and a quarter down. */
  List<String> textsThatMeet() {
    List<String> meeting = new ArrayList<>();
    for (int i = 0; i < placed.size(); i++) {
      for (Text other : placed.subList(i + 1, placed.size())) {
        Text text = placed.get(i);
        if (Math.abs(text.y() - other.y()) < Math.max(text.size(), other.size())
            && text.x() < other.right()
            && other.x() < text.right()) {
          meeting.add(text.says() + " and " + other.says());
        }
      }
    }
    return meeting;
  }

  /** Of two boxes that meet, one is the paper or a frame and holds the other. */
  List<String> boxesThatCross() {
    List<String> crossing = new ArrayList<>();
    for (int i = 0; i < boxes.size(); i++) {
      for (Box other : boxes.subList(i + 1, boxes.size())) {
        Box box = boxes.get(i);
        if (box.meets(other) && !box.frames(other) && !other.frames(box)) {
          crossing.add(box + " and " + other);
        }
      }
    }
    return crossing;
  }
}
