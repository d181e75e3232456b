package dev.ashlar.processor.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.SampleModels;
import dev.ashlar.processor.plan.HandMadePlans;
import dev.ashlar.processor.plan.Plan;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class PlanHtmlTest {
    private static Document page(Plan plan) throws Exception {
        String text = PlanHtml.text(plan);
        assertTrue(text.startsWith("<!DOCTYPE html>\n<html lang=\"en\">"), text);
        assertEquals(text, PlanHtml.text(plan));
        assertFalse(text.contains("http"), "the page needs nothing beside it");
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(text.substring(text.indexOf("<html")))));
    }

    private static List<Element> all(Document page, String name) {
        NodeList nodes = page.getElementsByTagName(name);
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            elements.add((Element) nodes.item(i));
        }
        return elements;
    }

    /** One bar for every point of the step; the highest reaches the top. */
    @Test
    void drawsTheMemoryOfTheStep() throws Exception {
        Plan plan = SampleModels.gpt(3).plan();
        List<Element> bars = all(page(plan), "rect");
        assertEquals(
                plan.memory().points().stream()
                        .filter(p -> List.of("forward", "backward", "update").contains(p.phase()))
                        .count(),
                bars.size());
        assertEquals(
                220,
                bars.stream()
                        .mapToDouble(b -> Double.parseDouble(b.getAttribute("height")))
                        .max()
                        .orElseThrow());
        assertTrue(bars.stream()
                .filter(b -> b.getAttribute("height").equals("220.00"))
                .anyMatch(b -> b.getTextContent().startsWith(plan.memory().peakAt())));
    }

    @Test
    void tellsStrategiesCollectivesAndStorage() throws Exception {
        List<String> words = all(page(HandMadePlans.mixed()), "code").stream()
                .map(Element::getTextContent)
                .toList();
        assertTrue(words.contains("x[S0, S1] weight[R, S1] -> y[S0, P]"), words::toString);
        assertTrue(words.contains("forward y -> loss"), words::toString);
        assertTrue(words.contains("[P, S1] -> [R, S1]"), words::toString);
        assertTrue(words.contains("[R, S0]"), words::toString);
    }

    @Test
    void repetitionsAreOneRow() throws Exception {
        assertEquals(
                1,
                all(page(SampleModels.gpt(3).plan()), "tr").stream()
                        .map(Element::getTextContent)
                        .filter(r -> r.startsWith("body[*].up\nlinear\n"))
                        .count());
    }
}
