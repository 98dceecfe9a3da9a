var position = 0;

function slide(step) {
  var pictures = document.getElementsByTagName("img");
  position = (position + step + pictures.length) % pictures.length;
  pictures[position].scrollIntoView();
}

function addToBasket(number) {
  document.cookie = "basket=" + number;
}
